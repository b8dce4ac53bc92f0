import { RpcError, type StatusName } from "../rpc/status.ts";
import { type Json, writeJson } from "../wire/json.ts";

/** What Control can refuse with a number that command lines know, as Flower numbers it. */
const catalogue = {
  1: ["UNIMPLEMENTED", "SuperLink does not support federation management."],
  2: ["NOT_FOUND", "Federation not found, archived, or you cannot perform this action."],
  12: [
    "FAILED_PRECONDITION",
    "No federation specified. You must specify a federation to perform this action.",
  ],
} as const satisfies Record<number, readonly [StatusName, string]>;

/** A refusal whose details are a JSON object, written as official servers write it. */
export function apiError(code: keyof typeof catalogue): RpcError {
  const [status, message] = catalogue[code];
  const details = new Map<string, Json>([["code", code], ["public_message", message], [
    "public_details",
    null,
  ]]);
  return new RpcError(status, writeJson(details));
}
