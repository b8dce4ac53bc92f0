/** The headers with which a SuperNode vouches for a call. */
export const NODE_HEADERS = {
  /** PEM SubjectPublicKeyInfo, exactly as it is registered. */
  publicKey: "flwr-public-key-bin",
  /** ISO 8601 with a zone. */
  timestamp: "flwr-timestamp",
  /** DER ECDSA with SHA-256 over the bytes of the timestamp header. */
  signature: "flwr-signature-bin",
} as const;

/** Between two of ours, in place of time and signature: see `core/wire/node_mac.ts`. */
export const NODE_MAC_HEADER = "corolla-node-mac-bin";
