import { Buffer } from "node:buffer";
import {
  type Curve,
  type EcPrivateKey,
  type EcPublicKey,
  FIELD_BYTES,
  isUncompressedPoint,
} from "./ec_key.ts";
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

/**
 * Why a text is no key that can be used.
 *
 * - `notOpenssh`: it is something else, for instance PKCS#8.
 * - `encrypted`: a passphrase protects it.
 * - `otherKind`: an OpenSSH key, but of the kind in `kind`.
 * - `damaged`: an OpenSSH key that cannot be right.
 */
export type KeyProblem = "notOpenssh" | "encrypted" | "otherKind" | "damaged";

/** Thrown for a text that is no usable key. */
export class OpensshKeyError extends Error {
  override name = "OpensshKeyError";
  /** @param kind OpenSSH's name of the kind of key, for instance `ssh-ed25519`, where it is known */
  constructor(readonly problem: KeyProblem, message: string, readonly kind?: string) {
    super(message);
  }
}

/** Reads a private key file of OpenSSH. @throws {OpensshKeyError} */
export function parseOpensshPrivateKey(text: string): EcPrivateKey {
  const body = new RegExp(`${BEGIN}([A-Za-z0-9+/=\\s]+)${END}`).exec(text)?.[1];
  if (body === undefined) throw new OpensshKeyError("notOpenssh", "it is no OpenSSH private key");
  return guarded(() => readContainer(new SshReader(Buffer.from(body, "base64"))));
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

/** Reads the first line of a public key file of OpenSSH; what follows the second word is ignored. @throws {OpensshKeyError} */
export function parseOpensshPublicKey(text: string): EcPublicKey {
  const words = /^([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+=*)(?:\s|$)/.exec(text);
  if (!words) throw new OpensshKeyError("notOpenssh", "it is no OpenSSH public key");
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

function readContainer(reader: SshReader): EcPrivateKey {
  if (Buffer.from(reader.bytes(MAGIC.length)).toString("latin1") !== MAGIC) {
    throw new SshBlobError("it does not begin as an OpenSSH key does");
  }
  const cipher = reader.text();
  const [_derivation, _options, count] = [reader.string(), reader.string(), reader.uint32()];
  if (count !== 1) throw new SshBlobError(`it holds ${count} keys`);
  const announced = readPublicBlob(reader.string());
  if (cipher !== "none") throw new OpensshKeyError("encrypted", "a passphrase protects it");
  return readPrivate(new SshReader(reader.string()), announced);
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
    throw new OpensshKeyError("otherKind", `it is of the kind ${kind}`, kind);
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
    if (error instanceof SshBlobError) throw new OpensshKeyError("damaged", error.message);
    throw error;
  }
}
