import { Buffer } from "node:buffer";
import type { EcPrivateKey, EcPublicKey } from "../wire/ec_key.ts";
import { KeyError } from "../wire/key_error.ts";
import { parseOpensshPublicKey } from "../wire/openssh_key.ts";
import { parsePrivateKey } from "../wire/private_key.ts";
import { decodeSpkiPem, encodeSpkiPem } from "../wire/spki.ts";
import { nodeKeyOf } from "./keys.ts";
import { isNodeKey } from "./public_keys.ts";

/** Thrown for a key file that cannot be used: a sentence that names the file, and the next step in `hint`. */
export class KeyFileError extends Error {
  override name = "KeyFileError";
  constructor(message: string, readonly hint: string, options?: ErrorOptions) {
    super(message, options);
  }

  /** Whether a passphrase is all that is missing. */
  get wantsPassphrase(): boolean {
    return this.cause instanceof KeyError && this.cause.problem === "encrypted";
  }
}

/** What is known about a private key file. */
export interface PrivateKeyFile {
  readonly content: Uint8Array;
  /** The file's name, for messages. */
  readonly path: string;
  /** Whose key it is, for messages; `node` unless told. */
  readonly owner?: KeyOwner;
  /** What protects it. */
  readonly passphrase?: Uint8Array;
}

/** Whose key a file holds. */
export type KeyOwner = "node" | "SuperLink";

/**
 * Reads a private key file: OpenSSH's form, PKCS#8 or SEC 1, on NIST curve P-256, P-384 or P-521.
 * @throws {KeyFileError}
 */
export async function readPrivateKey(file: PrivateKeyFile): Promise<EcPrivateKey> {
  try {
    const key = await parsePrivateKey(asText(file.content), file.passphrase);
    // Importing it shows whether its halves belong together.
    await nodeKeyOf(key);
    return key;
  } catch (cause) {
    throw unusable({ ...file, half: "private", cause });
  }
}

/**
 * Reads a public key file, OpenSSH's line or PEM: PEM SubjectPublicKeyInfo as it is registered.
 * @param path the file's name, for messages
 * @throws {KeyFileError}
 */
export async function readPublicKey(
  content: Uint8Array,
  path: string,
  owner: KeyOwner = "node",
): Promise<Uint8Array> {
  try {
    const pem = encodeSpkiPem(parsePublicKey(asText(content)));
    if (await isNodeKey(pem)) return pem;
    throw new KeyError("damaged", "it is no point of its curve");
  } catch (cause) {
    throw unusable({ path, owner, half: "public", cause });
  }
}

function parsePublicKey(text: string): EcPublicKey {
  return decodeSpkiPem(Buffer.from(text, "latin1")) ?? parseOpensshPublicKey(text);
}

interface Failure {
  readonly path: string;
  readonly owner?: KeyOwner;
  readonly half: "private" | "public";
  readonly cause: unknown;
}

const MAKE = `make a key pair with "corolla keys" or "ssh-keygen -t ecdsa -b 384"`;

function unusable(failure: Failure): KeyFileError {
  return new KeyFileError(sentence(failure), nextStep(failure), { cause: failure.cause });
}

function sentence({ path, owner = "node", half, cause }: Failure): string {
  const whose = owner === "node" ? "a node's" : "the SuperLink's";
  const must = `Cannot use "${path}" as ${whose} ${half} key must`;
  if (!(cause instanceof KeyError)) return `${must} belong to the public key in the same file: it does not`;
  switch (cause.problem) {
    case "unknownFormat":
      return `${must} be in OpenSSH's format${half === "private" ? " or PKCS#8" : ""}: ${cause.message}`;
    case "encrypted":
      return `${must} be opened with a passphrase, and none is given`;
    case "wrongPassphrase":
      return `${must} be opened with its passphrase: ${cause.message}`;
    case "otherKind":
      return `${must} be on NIST curve P-256, P-384 or P-521: this one is ${cause.kind}`;
    case "damaged":
      return `${must} be whole: ${cause.message}`;
  }
}

function nextStep({ half, cause }: Failure): string {
  const problem = cause instanceof KeyError ? cause.problem : "damaged";
  switch (problem) {
    case "unknownFormat":
      if (half === "public") return `Name the file that ends in ".pub", or ${MAKE}.`;
      return `Name the file without ".pub", or ${MAKE}.`;
    case "encrypted":
      return `Name a file with the passphrase with --auth-passphrase-file, or start from a terminal to be asked for it.`;
    case "wrongPassphrase":
      return `Check the passphrase; the first line of the file that --auth-passphrase-file names is taken as it is.`;
    case "otherKind":
      return `Name another key, or ${MAKE}.`;
    case "damaged":
      return `Copy the file again from where it was made, or ${MAKE}.`;
  }
}

function asText(content: Uint8Array): string {
  return Buffer.from(content).toString("latin1");
}
