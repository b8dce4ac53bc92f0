import { createHash } from "node:crypto";
import type { Log } from "../io/ports.ts";
import type { Guard, UncheckedCall } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Caller } from "./caller.ts";
import { type Row, rowOf } from "./method_table.ts";

/** So many hex digits of a key's SHA-256 tell it from others in a log. */
const FINGERPRINT = 16;

/** Checks the credential that a method's row asks for. @throws {RpcError} when the call may not be made */
export type Check = (call: UncheckedCall, row: Row) => Promise<Caller>;

/** What every guard does around its check: look up the row, keep its limit, and write the audit line. */
export class Gate implements Guard<Caller> {
  readonly #check: Check;
  readonly #log: Log;

  constructor(check: Check, log: Log) {
    this.#check = check;
    this.#log = log;
  }

  async admit(call: UncheckedCall): Promise<Caller> {
    const name = `[${call.method.service.split(".").at(-1)}.${call.method.name}]`;
    try {
      const row = rowOf(call.method.path);
      if (!row) throw unknownMethod(call);
      withinLimit(call, row);
      const caller = await this.#check(call, row);
      this.#log[row.audit](`${name} ${describe(caller)}`);
      return caller;
    } catch (error) {
      if (error instanceof RpcError) {
        // What this process asks itself in vain, such as a report that comes too late, is no attack.
        const level = call.connection.isOwn ? "debug" : "warn";
        this.#log[level](`${name} refused ${call.connection.peerAddress}: ${error.details}`);
      }
      throw error;
    }
  }
}

/** The refusal of a method that has no row, or one that this guard cannot check. */
export function unknownMethod(call: UncheckedCall): RpcError {
  return new RpcError("UNIMPLEMENTED", `Method not found: ${call.method.path}`);
}

function withinLimit(call: UncheckedCall, row: Row): void {
  const { maxRequestBytes = Infinity } = row;
  if (call.requestBytes.length <= maxRequestBytes) return;
  throw new RpcError(
    "RESOURCE_EXHAUSTED",
    `Cannot take a request of ${call.requestBytes.length} bytes as ${call.method.name} must have ` +
      `at most ${maxRequestBytes}`,
  );
}

function describe(caller: Caller): string {
  switch (caller.kind) {
    case "node":
      return `node_id=${caller.node.nodeId}`;
    case "task":
      return `run_id=${caller.task.runId} task_id=${caller.task.taskId}`;
    case "newcomer":
      return `key=${createHash("sha256").update(caller.publicKey).digest("hex").slice(0, FINGERPRINT)}`;
    case "account":
      return `account=${caller.ownerName}`;
    default:
      return caller.kind;
  }
}
