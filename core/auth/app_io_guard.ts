import { timingSafeEqual } from "@std/crypto";
import type { Clock, Log } from "../io/ports.ts";
import { SUPERLINK_NODE_ID } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import type { Metadata } from "../rpc/metadata.ts";
import type { Guard, UncheckedCall } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Store } from "../store/store.ts";
import { bodyHash, superexecKey, superexecSignature } from "../wire/superexec_signature.ts";
import type { Caller } from "./caller.ts";
import { Gate, unknownMethod } from "./gate.ts";
import type { Row } from "./method_table.ts";
import { SUPEREXEC_HEADERS } from "./superexec_headers.ts";
import { hashToken, TASK_TOKEN_HEADER } from "./task_token.ts";
import { WINDOW_S, withinWindow } from "./time_window.ts";
import { checkVersion } from "./version.ts";

/** What {@link appIoGuard} is made of. */
export interface AppIoGuardOptions {
  readonly service: "flwr.proto.ServerAppIo" | "flwr.proto.ClientAppIo";
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Who guards; peers of another release are told. */
  readonly component: "SuperLink" | "SuperNode";
  /** The content of the secret's file; without one anybody may act as SuperExec. */
  readonly superexecSecret?: Uint8Array;
}

/** Guards a service for app processes: task tokens for them, a shared secret for the SuperExec, one release for all. */
export function appIoGuard(options: AppIoGuardOptions): Guard<Caller> {
  const secretKey = options.superexecSecret && superexecKey(options.superexecSecret);
  return new Gate(async (call, row) => {
    if (call.method.service !== options.service) throw unknownMethod(call);
    const caller = await vouchedFor(call, { row, secretKey, ...options });
    checkVersion(call.metadata, options.component);
    if (caller.kind === "task") mayCall(caller.task, { call, row });
    return caller;
  }, options.log);
}

async function vouchedFor(
  call: UncheckedCall,
  how: { row: Row; secretKey?: Uint8Array; store: Store; clock: Clock },
): Promise<Caller> {
  switch (how.row.credential) {
    case "task":
      return { kind: "task", task: await taskOf(call.metadata, how) };
    case "superexec":
      if (how.secretKey) await checkSignature(call, { ...how, secretKey: how.secretKey });
      return { kind: "superexec" };
    default:
      throw unknownMethod(call);
  }
}

/** The task whose token is shown, if it is being worked on. */
async function taskOf(metadata: Metadata, how: { store: Store; clock: Clock }): Promise<Task> {
  const token = only(metadata, TASK_TOKEN_HEADER);
  const task = await how.store.transaction((tx) => tx.taskByToken(hashToken(token)));
  const worked = task?.status === "starting" || task?.status === "running";
  if (!worked || !(task.leaseUntil! > how.clock.now())) throw refused();
  return task;
}

async function checkSignature(
  call: UncheckedCall,
  how: { secretKey: Uint8Array; store: Store; clock: Clock },
): Promise<void> {
  const claim = {
    method: call.method.path,
    timestamp: only(call.metadata, SUPEREXEC_HEADERS.timestamp),
    nonce: only(call.metadata, SUPEREXEC_HEADERS.nonce),
    bodySha256: bodyHash(call.requestBytes),
  };
  const signature = only(call.metadata, SUPEREXEC_HEADERS.signature);
  const nowMs = how.clock.now();
  const fits = /^\d{1,12}$/.test(claim.timestamp) &&
    only(call.metadata, SUPEREXEC_HEADERS.bodySha256) === claim.bodySha256 &&
    sameText(signature, superexecSignature(how.secretKey, claim)) &&
    withinWindow(Number(claim.timestamp) * 1_000_000, nowMs);
  if (!fits) throw refused();
  const untilMs = (Number(claim.timestamp) + WINDOW_S.past) * 1_000;
  const scope = `superexec:${claim.method}`;
  const fresh = await how.store.transaction((tx) => tx.useNonce(scope, claim.nonce, nowMs, untilMs));
  if (!fresh) throw refused();
}

/** What a row says of a task beyond its token. */
function mayCall(task: Task, { call, row }: { call: UncheckedCall; row: Row }): void {
  if (row.credential !== "task") return;
  if (row.taskTypes && !row.taskTypes.allowed.includes(task.type)) {
    throw new RpcError("PERMISSION_DENIED", row.taskTypes.refusal(task.type));
  }
  const { node } = call.request as { node?: { node_id: string } | null };
  if (row.actsAs === "superlink" && BigInt(node?.node_id ?? 0) !== SUPERLINK_NODE_ID) {
    throw new RpcError("FAILED_PRECONDITION", "Unexpected node ID.");
  }
}

function only(metadata: Metadata, name: string): string {
  const values = metadata.texts(name);
  if (values.length !== 1 || values[0] === "") throw refused();
  return values[0];
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text));
  return left.length === right.length && timingSafeEqual(left, right);
}

function refused(): RpcError {
  return new RpcError("UNAUTHENTICATED", "Authentication failed.");
}
