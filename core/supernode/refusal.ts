import { RpcError, type StatusName } from "../rpc/status.ts";

/** The SuperLink does not want this node, or not like this. The sentence is for the operator. */
export class SuperNodeError extends Error {
  override name = "SuperNodeError";
}

/** Whether an error is the peer's refusal with this status. */
export function isStatus(error: unknown, code: StatusName): error is RpcError {
  return error instanceof RpcError && error.code === code;
}
