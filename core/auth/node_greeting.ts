import type { Method } from "../rpc/method.ts";

const SERVICE = "corolla.NodeAuth";

/** Nothing is said in messages: what counts stands in headers. */
const EMPTY = {
  decodeRequest: () => ({}),
  encodeRequest: () => new Uint8Array(),
  decodeResponse: () => ({}),
  encodeResponse: () => new Uint8Array(),
};

/**
 * A SuperNode of ours asks a SuperLink for the key to agree with. An official one does not know the method, and a
 * SuperLink of ours refuses it on a connection without TLS.
 */
export const greet: Method<object, object> = {
  ...EMPTY,
  path: `/${SERVICE}/Greet`,
  service: SERVICE,
  name: "Greet",
  streaming: false,
};

/** The headers of a greeting and its answer. */
export const GREETING_HEADERS = {
  /** The curve that the node's key is on: `P-256`, `P-384` or `P-521`. */
  curve: "corolla-node-curve",
  /** In the answer: the SuperLink's key on that curve, PEM SubjectPublicKeyInfo. */
  linkKey: "corolla-link-key-bin",
} as const;

/** How a SuperLink refuses what a SuperNode of ours can mend by greeting again. */
export const GREET_AGAIN = {
  /** The MAC was made with a key that the SuperLink has no more: it was started anew. */
  otherKey: "Unknown key of the SuperLink",
  /** The signature says that the node would rather use a MAC, and the SuperLink takes them. */
  marked: "A node that can use a MAC must use it",
} as const;
