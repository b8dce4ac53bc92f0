import type { GetFabRequest, GetRunRequest } from "../../proto/mod.ts";
import type { Caller } from "../auth/caller.ts";
import { runGate } from "../rules/run_gate.ts";
import { hold } from "../rpc/hold.ts";
import { holdMs } from "../rpc/peer.ts";
import { type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Transaction } from "../store/store.ts";
import { fleet } from "../wire/methods.ts";
import { runToProto } from "../wire/run.ts";
import type { Context } from "./callers.ts";
import type { Link } from "./link.ts";
import { news } from "./news.ts";
import { type RunState, stateOfRun } from "./task_changes.ts";

/** What a node asks about the run that it got a message of. */
export function fleetRuns(link: Link): Route<Caller>[] {
  return [
    route(fleet.GetRun, (request, context: Context) => getRun(link, request, context)),
    route(fleet.GetFab, (request, _: Context) => getFab(link, request)),
  ];
}

/** A caller that asks for it is answered late, or at once when the run is over: so it hears of a stop. */
async function getRun(link: Link, request: GetRunRequest, { metadata, signal }: Context) {
  const { wakeups, clock } = link;
  const runId = BigInt(request.run_id);
  const look = () => link.store.transaction((tx) => knownRunningRun(link, tx, runId));
  const keys = [news.runOver(runId)];
  const checked = async () => void await look();
  await hold(checked, { wakeups, keys, maxMs: holdMs(metadata, 0), clock, signal });
  const { run, primaryTask } = await look();
  return { run: runToProto(run, primaryTask) };
}

function getFab(link: Link, request: GetFabRequest) {
  return link.store.transaction(async (tx) => {
    const { run } = await knownRunningRun(link, tx, BigInt(request.run_id));
    const { hash_str: wanted } = request;
    if (wanted !== run.fabHash) {
      const details = `Requested FAB hash ${wanted} does not match run FAB hash ${run.fabHash}.`;
      throw new RpcError("PERMISSION_DENIED", details);
    }
    const fab = await tx.fab(wanted);
    if (!fab) throw new RpcError("PERMISSION_DENIED", `Found no FAB with hash: ${wanted}`);
    return { fab: { hash_str: fab.hash, content: fab.content, verifications: fab.verifications } };
  });
}

async function knownRunningRun(link: Link, tx: Transaction, runId: bigint): Promise<RunState> {
  const state = await stateOfRun(link, tx, runId);
  if (!state) throw new RpcError("PERMISSION_DENIED", `Run ID not found: ${runId}`);
  return throughGate(state);
}

/**
 * The run, which nodes may work for right now.
 * @throws {RpcError} PERMISSION_DENIED when it does not run; UNKNOWN, as official servers do, for no run of ours
 */
export async function runningRun(link: Link, tx: Transaction, runId: bigint): Promise<RunState> {
  const state = await stateOfRun(link, tx, runId);
  if (!state) throw new RpcError("UNKNOWN", `Exception calling application: ${runId}`);
  return throughGate(state);
}

function throughGate(state: RunState): RunState {
  const gate = runGate(state.status);
  if (!gate.open) throw new RpcError("PERMISSION_DENIED", gate.text);
  return state;
}
