import { RpcError } from "../rpc/status.ts";

/** What official SuperLinks of releases that authenticate say of a method that they do not have: they stumble over it. */
const STUMBLED = "Error in service handler!";

/** Whether a SuperLink does not have the method that was called. */
export function isMethodUnknown(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false;
  return error.code === "UNIMPLEMENTED" || error.code === "UNKNOWN" && error.details === STUMBLED;
}
