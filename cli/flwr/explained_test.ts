import { assert, assertEquals } from "@std/assert";
import { RpcError, type StatusName } from "../../core/rpc/status.ts";
import { UserError } from "../output.ts";
import { explained, UNAVAILABLE_TEXT } from "./explained.ts";

const rows: [StatusName, string, string][] = [
  ["NOT_FOUND", "Run ID not found", "Run ID not found."],
  ["NOT_FOUND", "Run ID not found: 7", "Run ID not found: 7"],
  ["NOT_FOUND", "Node ID not found for account", "Node ID not found for this account."],
  [
    "FAILED_PRECONDITION",
    "Public key already in use",
    "The provided public key is already in use by another SuperNode.",
  ],
  [
    "FAILED_PRECONDITION",
    "The provided public key is not valid",
    "The provided public key is invalid. Please provide a valid NIST EC public key.",
  ],
  [
    "FAILED_PRECONDITION",
    "Federation '@a/$1' does not exist",
    "Federation '@a/$1' does not exist. Please verify the federation name and try again.",
  ],
  ["FAILED_PRECONDITION", "Run ID 7 is already finished", "Run ID 7 is already finished"],
  [
    "UNIMPLEMENTED",
    "ControlServicer initialized without artifact provider",
    "The SuperLink does not support `flwr pull` command.",
  ],
  [
    "UNIMPLEMENTED",
    "Method not found: /flwr.proto.Control/ListRuns",
    "There is no Control API at this address. Please check 'address' in the SuperLink connection configuration: it must be that of --control-api-address, on port 9093 unless told.",
  ],
  [
    "UNAUTHENTICATED",
    "Access denied",
    "Authentication failed. Please run `flwr login` to authenticate and try again.",
  ],
  ["UNAVAILABLE", "connection refused", UNAVAILABLE_TEXT],
  ["PERMISSION_DENIED", "", "Permission denied."],
  ["PERMISSION_DENIED", "No.", "No."],
  [
    "UNIMPLEMENTED",
    `{"code": 1, "public_message": "SuperLink does not support federation management.", "public_details": null}`,
    "SuperLink does not support federation management.",
  ],
  ["NOT_FOUND", `{"public_message": "Gone", "public_details": "for ever"}`, "Gone\nfor ever"],
  ["INTERNAL", `{"broken`, `{"broken`],
  ["INTERNAL", `{"other": 1}`, `{"other": 1}`],
  ["ABORTED", "", "The SuperLink answered ABORTED and gave no reason."],
];

for (const [code, details, text] of rows) {
  Deno.test(`${code} ${details || "without a word"} is explained`, () => {
    const error = explained(new RpcError(code, details));
    assert(error instanceof UserError);
    assertEquals(error.message, text);
  });
}

Deno.test("what is no refusal stays as it is", () => {
  const error = new TypeError("a fault");
  assertEquals(explained(error), error);
});
