import { Buffer } from "node:buffer";
import { OpensshKeyError, parseOpensshPrivateKey, parseOpensshPublicKey } from "../wire/openssh_key.ts";
import { encodeSpkiPem } from "../wire/spki.ts";
import { type NodeKey, nodeKeyOf } from "./keys.ts";
import { isNodeKey } from "./public_keys.ts";

/** Thrown for a key file that cannot be used: a sentence that names the file, and the next step in `hint`. */
export class KeyFileError extends Error {
  override name = "KeyFileError";
  constructor(message: string, readonly hint: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Reads what a SuperNode signs with from the content of its private key file.
 * @param path the file's name, for messages
 * @throws {KeyFileError}
 */
export async function readNodeKey(content: Uint8Array, path: string): Promise<NodeKey> {
  try {
    return await nodeKeyOf(parseOpensshPrivateKey(asText(content)));
  } catch (cause) {
    throw unusable({ path, half: "private", cause });
  }
}

/**
 * Reads a public key file for registration: PEM SubjectPublicKeyInfo.
 * @param path the file's name, for messages
 * @throws {KeyFileError}
 */
export async function readPublicKey(content: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    const pem = encodeSpkiPem(parseOpensshPublicKey(asText(content)));
    if (await isNodeKey(pem)) return pem;
    throw new OpensshKeyError("damaged", "it is no point of its curve");
  } catch (cause) {
    throw unusable({ path, half: "public", cause });
  }
}

interface Failure {
  readonly path: string;
  readonly half: "private" | "public";
  readonly cause: unknown;
}

const MAKE = `make a key pair with "corolla keys" or "ssh-keygen -t ecdsa -b 384"`;

function unusable(failure: Failure): KeyFileError {
  return new KeyFileError(sentence(failure), nextStep(failure), { cause: failure.cause });
}

function sentence({ path, half, cause }: Failure): string {
  const must = `Cannot use "${path}" as a node's ${half} key must`;
  if (!(cause instanceof OpensshKeyError)) {
    return `${must} belong to the public key in the same file: it does not`;
  }
  switch (cause.problem) {
    case "notOpenssh":
      return `${must} be in OpenSSH's format: ${cause.message}`;
    case "encrypted":
      return `${must} have no passphrase: this one has`;
    case "otherKind":
      return `${must} be on NIST curve P-256, P-384 or P-521: this one is ${cause.kind}`;
    case "damaged":
      return `${must} be whole: ${cause.message}`;
  }
}

function nextStep({ path, half, cause }: Failure): string {
  const problem = cause instanceof OpensshKeyError ? cause.problem : "damaged";
  switch (problem) {
    case "notOpenssh":
      if (half === "public") return `Name the file that ends in ".pub", or ${MAKE}.`;
      return `Name the file without ".pub", turn a PEM key into OpenSSH's format with ` +
        `"ssh-keygen -p -N '' -f ${path}", or ${MAKE}.`;
    case "encrypted":
      return `Take the passphrase off a copy with "ssh-keygen -p -N '' -f COPY", and let nobody else read that file.`;
    case "otherKind":
      return `Name another key, or ${MAKE}.`;
    case "damaged":
      return `Copy the file again from where it was made, or ${MAKE}.`;
  }
}

function asText(content: Uint8Array): string {
  return Buffer.from(content).toString("latin1");
}
