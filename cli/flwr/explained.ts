import { RpcError, type StatusName } from "../../core/rpc/status.ts";
import { UserError } from "../output.ts";

/** What the user reads when no SuperLink answers. */
export const UNAVAILABLE_TEXT =
  "Connection to the SuperLink is unavailable. Please check your network connection and 'address' in the SuperLink connection configuration.";

/** What a SuperLink says, and what the user reads instead. Details are compared to the letter. */
const TEXTS: readonly { code: StatusName; details: RegExp; text: string; hint?: string }[] = [
  {
    code: "NOT_FOUND",
    details: /^Run ID not found$/,
    text: "Run ID not found.",
    hint: "See all runs: flwr list",
  },
  {
    code: "NOT_FOUND",
    details: /^Node ID not found for account$/,
    text: "Node ID not found for this account.",
    hint: "See all SuperNodes: flwr supernode list",
  },
  {
    code: "FAILED_PRECONDITION",
    details: /^Public key already in use$/,
    text: "The provided public key is already in use by another SuperNode.",
  },
  {
    code: "FAILED_PRECONDITION",
    details: /^The provided public key is not valid$/,
    text: "The provided public key is invalid. Please provide a valid NIST EC public key.",
  },
  {
    code: "FAILED_PRECONDITION",
    details: /^(Federation '.*' does not exist)$/,
    text: "$1. Please verify the federation name and try again.",
  },
  {
    code: "FAILED_PRECONDITION",
    details: /^Cannot pull artifacts for an unfinished run$/,
    text:
      "Run is not finished yet. Artifacts can only be pulled after the run is finished. You can check the run status with `flwr ls`.",
  },
  {
    code: "UNIMPLEMENTED",
    details: /^ControlServicer initialized without artifact provider$/,
    text: "The SuperLink does not support `flwr pull` command.",
  },
  {
    code: "UNIMPLEMENTED",
    details: /^Method not found/,
    text:
      "There is no Control API at this address. Please check 'address' in the SuperLink connection configuration: it must be that of --control-api-address, on port 9093 unless told.",
  },
  {
    code: "UNIMPLEMENTED",
    details: /^ControlServicer initialized without user authentication$/,
    text: "Account authentication is not enabled on this SuperLink.",
  },
  {
    code: "UNAUTHENTICATED",
    details: /^/,
    text: "Authentication failed. Please run `flwr login` to authenticate and try again.",
  },
  { code: "UNAVAILABLE", details: /^/, text: UNAVAILABLE_TEXT },
  { code: "PERMISSION_DENIED", details: /^$/, text: "Permission denied." },
];

/** An error of a call in words for people; anything else as it is. */
export function explained(error: unknown): Error {
  if (!(error instanceof RpcError)) return error instanceof Error ? error : new Error(String(error));
  const { code, details } = error;
  const row = TEXTS.find((row) => row.code === code && row.details.test(details));
  if (row) {
    const text = row.text.replace("$1", () => row.details.exec(details)?.[1] ?? "");
    return new UserError(text, { hint: row.hint });
  }
  return new UserError(
    publicText(details) ?? (details || `The SuperLink answered ${code} and gave no reason.`),
  );
}

/** Some refusals are JSON with a text that is meant to be shown. */
function publicText(details: string): string | undefined {
  if (!details.startsWith("{")) return undefined;
  try {
    const { public_message: message, public_details: more } = JSON.parse(details);
    if (typeof message !== "string") return undefined;
    return typeof more === "string" && more ? `${message}\n${more}` : message;
  } catch {
    return undefined;
  }
}
