/** The headers of Flower 1.14.0: URL-safe base64 in text. */
export const LEGACY_HEADERS = {
  /** PEM SubjectPublicKeyInfo: the node's in a request, the SuperLink's in the answer to CreateNode. */
  publicKey: "public-key",
  /** The MAC of the request. */
  token: "auth-token",
} as const;
