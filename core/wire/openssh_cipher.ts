import { Buffer } from "node:buffer";
import { createDecipheriv, type DecipherGCM } from "node:crypto";
import type { EcPrivateKey } from "./ec_key.ts";
import { KeyError } from "./key_error.ts";
import {
  type OpensshContainer,
  opensshSecretIsOpen,
  readOpensshContainer,
  readOpensshSecret,
} from "./openssh_key.ts";
import { SshBlobError, SshReader } from "./ssh_blob.ts";

interface Cipher {
  /** Node's name of it. */
  readonly name: string;
  readonly keyBytes: number;
  readonly ivBytes: number;
  /** Bytes of the tag behind the secret; none for ciphers without one. */
  readonly tagBytes: number;
}

const CIPHERS: ReadonlyMap<string, Cipher> = new Map([
  ...[128, 192, 256].flatMap((bits) =>
    ["ctr", "cbc"].map((mode): [string, Cipher] => [
      `aes${bits}-${mode}`,
      { name: `aes-${bits}-${mode}`, keyBytes: bits / 8, ivBytes: 16, tagBytes: 0 },
    ])
  ),
  ...[128, 256].map((bits): [string, Cipher] => [
    `aes${bits}-gcm@openssh.com`,
    { name: `aes-${bits}-gcm`, keyBytes: bits / 8, ivBytes: 12, tagBytes: 16 },
  ]),
]);

/** A key file may ask for at most so many rounds: each takes some 40 ms, and the file may be a stranger's. */
const MOST_ROUNDS = 4_096;

/**
 * Reads a private key file of OpenSSH that a passphrase protects.
 * @throws {KeyError} `wrongPassphrase` when another one does
 */
export async function decryptOpensshPrivateKey(
  text: string,
  passphrase: Uint8Array,
): Promise<EcPrivateKey> {
  const container = readOpensshContainer(text);
  if (container.cipher === "none") return readOpensshSecret(container.secret, container.announced);
  const cipher = CIPHERS.get(container.cipher);
  if (!cipher || container.derivation !== "bcrypt") {
    throw new KeyError(
      "damaged",
      `it is encrypted with ${container.cipher} and ${container.derivation}, which are not known here`,
    );
  }
  const derived = await derive(container, { passphrase, length: cipher.keyBytes + cipher.ivBytes });
  const secret = decrypt(container, { cipher, derived });
  if (!secret || !opensshSecretIsOpen(secret)) {
    throw new KeyError("wrongPassphrase", "the passphrase does not open it");
  }
  return readOpensshSecret(secret, container.announced);
}

async function derive(
  { derivationOptions }: OpensshContainer,
  { passphrase, length }: { passphrase: Uint8Array; length: number },
): Promise<Uint8Array> {
  const { salt, rounds } = readOptions(derivationOptions);
  // @ts-types="./bcrypt_pbkdf.d.ts"
  const { default: bcrypt } = await import("bcrypt-pbkdf");
  const derived = new Uint8Array(length);
  if (bcrypt.pbkdf(passphrase, passphrase.length, salt, salt.length, derived, length, rounds) !== 0) {
    throw new KeyError("wrongPassphrase", "an empty passphrase opens no key");
  }
  return derived;
}

function readOptions(options: Uint8Array): { salt: Uint8Array; rounds: number } {
  try {
    const reader = new SshReader(options);
    const [salt, rounds] = [reader.string(), reader.uint32()];
    if (rounds > 0 && rounds <= MOST_ROUNDS && salt.length > 0) return { salt, rounds };
  } catch (error) {
    if (!(error instanceof SshBlobError)) throw error;
  }
  throw new KeyError("damaged", "what it says about its passphrase makes no sense");
}

/** Undefined when the tag does not fit, which a wrong passphrase brings about. */
function decrypt(
  { secret, tag }: OpensshContainer,
  { cipher, derived }: { cipher: Cipher; derived: Uint8Array },
): Uint8Array | undefined {
  const [key, iv] = [derived.subarray(0, cipher.keyBytes), derived.subarray(cipher.keyBytes)];
  const decipher = createDecipheriv(cipher.name, key, iv);
  if (cipher.tagBytes === 0) decipher.setAutoPadding(false);
  else (decipher as DecipherGCM).setAuthTag(tag.subarray(0, cipher.tagBytes));
  try {
    return Buffer.concat([decipher.update(secret), decipher.final()]);
  } catch {
    return undefined;
  }
}
