/** How a call ended: the names and numbers every gRPC implementation shares. */
export const Status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** The name of a status. */
export type StatusName = keyof typeof Status;

/** The one error that crosses the wire: thrown by handlers, received by clients. */
export class RpcError extends Error {
  override name = "RpcError";
  /**
   * @param code the status
   * @param details the text the peer sees; peers match on some of them to the letter
   */
  constructor(readonly code: StatusName, readonly details: string, options?: ErrorOptions) {
    super(`${code}: ${details}`, options);
  }
}
