/** The headers with which a SuperExec vouches for a call. */
export const SUPEREXEC_HEADERS = {
  /** Unix seconds. */
  timestamp: "flwr-superexec-ts",
  /** Hex, never used before for this method. */
  nonce: "flwr-superexec-nonce",
  /** Lower-case hex SHA-256 of the request. */
  bodySha256: "flwr-superexec-body-sha256",
  /** Lower-case hex HMAC-SHA256. */
  signature: "flwr-superexec-signature",
} as const;
