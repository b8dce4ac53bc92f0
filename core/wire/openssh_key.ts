import { Buffer } from "node:buffer";
import {
  type Curve,
  type EcPrivateKey,
  type EcPublicKey,
  FIELD_BYTES,
  isUncompressedPoint,
} from "./ec_key.ts";
import { KeyError } from "./key_error.ts";
import { SshBlobError, SshReader, sshString, sshUint32, sshUnsigned } from "./ssh_blob.ts";

const MAGIC = "openssh-key-v1\0";
const BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
const END = "-----END OPENSSH PRIVATE KEY-----";
const COLUMNS = 70;
const BLOCK_BYTES = 8;

const SSH_NAMES: Readonly<Record<Curve, string>> = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};
const CURVE_OF = new Map(Object.entries(SSH_NAMES).map(([curve, name]) => [name, curve as Curve]));

/** Whether a text holds a private key in OpenSSH's form, usable or not. */
export function isOpensshPrivateKey(text: string): boolean {
  return text.includes(BEGIN);
}

/**
 * Reads a private key file of OpenSSH that no passphrase protects.
 * @throws {KeyError} `encrypted` when one does; see `openssh_cipher.ts`
 */
export function parseOpensshPrivateKey(text: string): EcPrivateKey {
  const container = readOpensshContainer(text);
  if (container.cipher !== "none") throw new KeyError("encrypted", "a passphrase protects it");
  return readOpensshSecret(container.secret, container.announced);
}

/** The outer part of a private key file. */
export interface OpensshContainer {
  /** `none`, or with what {@link secret} is encrypted. */
  readonly cipher: string;
  /** How the cipher's key is made of a passphrase, and with which settings. */
  readonly derivation: string;
  readonly derivationOptions: Uint8Array;
  /** The public half, which stands in the clear. */
  readonly announced: EcPublicKey;
  readonly secret: Uint8Array;
  /** What some ciphers put behind the secret, to show that nobody changed it. */
  readonly tag: Uint8Array;
}

/** Reads the outer part of a private key file. @throws {KeyError} */
export function readOpensshContainer(text: string): OpensshContainer {
  const body = new RegExp(`${BEGIN}([A-Za-z0-9+/=\\s]+)${END}`).exec(text)?.[1];
  if (body === undefined) throw new KeyError("unknownFormat", "it is no OpenSSH private key");
  return guarded(() => readContainer(new SshReader(Buffer.from(body, "base64"))));
}

/** Reads the inner part of a private key file, decrypted. @throws {KeyError} */
export function readOpensshSecret(secret: Uint8Array, announced: EcPublicKey): EcPrivateKey {
  return guarded(() => readPrivate(new SshReader(secret), announced));
}

/** Whether a decrypted inner part begins as one does: with two equal numbers. */
export function opensshSecretIsOpen(secret: Uint8Array): boolean {
  return secret.length >= 8 && Buffer.from(secret).subarray(0, 4).equals(Buffer.from(secret).subarray(4, 8));
}

/**
 * Writes a private key file of OpenSSH, without a passphrase.
 * @param options.check four random bytes that the format wants
 */
export function formatOpensshPrivateKey(
  key: EcPrivateKey,
  options: { check: Uint8Array; comment: string },
): string {
  const open = Buffer.concat([
    options.check,
    options.check,
    publicBlob(key),
    sshUnsigned(key.scalar),
    sshString(options.comment),
  ]);
  const padding = Uint8Array.from({ length: -open.length & (BLOCK_BYTES - 1) }, (_, index) => index + 1);
  const container = Buffer.concat([
    Buffer.from(MAGIC),
    sshString("none"),
    sshString("none"),
    sshString(""),
    sshUint32(1),
    sshString(publicBlob(key)),
    sshString(Buffer.concat([open, padding])),
  ]);
  const lines = container.toString("base64").match(new RegExp(`.{1,${COLUMNS}}`, "g"))!;
  return [BEGIN, ...lines, END, ""].join("\n");
}

/** Reads the first line of a public key file of OpenSSH; what follows the second word is ignored. @throws {KeyError} */
export function parseOpensshPublicKey(text: string): EcPublicKey {
  const words = /^((?:ssh|ecdsa|sk)-[a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+=*)(?:\s|$)/.exec(text);
  if (!words) throw new KeyError("unknownFormat", "it is no OpenSSH public key");
  return guarded(() => {
    const blob = Buffer.from(words[2], "base64");
    if (new SshReader(blob).text() !== words[1]) throw new SshBlobError("its two names for its kind differ");
    return readPublicBlob(blob);
  });
}

/** A public key as OpenSSH writes it: one line, without a line end. */
export function formatOpensshPublicKey(key: EcPublicKey, comment = ""): string {
  const words = [sshName(key.curve), Buffer.from(publicBlob(key)).toString("base64"), comment];
  return words.filter((word) => word !== "").join(" ");
}

function readContainer(reader: SshReader): OpensshContainer {
  if (Buffer.from(reader.bytes(MAGIC.length)).toString("latin1") !== MAGIC) {
    throw new SshBlobError("it does not begin as an OpenSSH key does");
  }
  const [cipher, derivation, derivationOptions] = [reader.text(), reader.text(), reader.string()];
  const count = reader.uint32();
  if (count !== 1) throw new SshBlobError(`it holds ${count} keys`);
  const announced = readPublicBlob(reader.string());
  const secret = reader.string();
  return { cipher, derivation, derivationOptions, announced, secret, tag: reader.rest };
}

function readPrivate(reader: SshReader, announced: EcPublicKey): EcPrivateKey {
  if (reader.uint32() !== reader.uint32()) throw new SshBlobError("its check numbers differ");
  const { curve, point } = readPublic(reader);
  if (curve !== announced.curve || !Buffer.from(point).equals(announced.point)) {
    throw new SshBlobError("its two public parts differ");
  }
  const scalar = reader.unsigned(FIELD_BYTES[curve]);
  reader.string();
  if (!reader.rest.every((byte, index) => byte === index + 1)) throw new SshBlobError("its padding is wrong");
  return { curve, point, scalar };
}

function readPublicBlob(blob: Uint8Array): EcPublicKey {
  const reader = new SshReader(blob);
  const key = readPublic(reader);
  if (reader.rest.length > 0) throw new SshBlobError("something follows its public part");
  return key;
}

function readPublic(reader: SshReader): EcPublicKey {
  const kind = reader.text();
  const curve = CURVE_OF.get(kind.replace(/^ecdsa-sha2-/, ""));
  if (!curve || kind !== sshName(curve)) {
    throw new KeyError("otherKind", `it is of the kind ${kind}`, kind);
  }
  if (reader.text() !== SSH_NAMES[curve]) throw new SshBlobError("its two names for its curve differ");
  const point = Uint8Array.from(reader.string());
  if (!isUncompressedPoint(point, curve)) throw new SshBlobError("its public point is of another form");
  return { curve, point };
}

function publicBlob(key: EcPublicKey): Uint8Array {
  return Buffer.concat([
    sshString(sshName(key.curve)),
    sshString(SSH_NAMES[key.curve]),
    sshString(key.point),
  ]);
}

function sshName(curve: Curve): string {
  return `ecdsa-sha2-${SSH_NAMES[curve]}`;
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SshBlobError) throw new KeyError("damaged", error.message);
    throw error;
  }
}
