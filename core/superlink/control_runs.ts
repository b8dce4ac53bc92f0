import type { Init, ListRunsRequest, Run as RunProto, StopRunRequest } from "../../proto/mod.ts";
import { type Account, type Caller, callerAs } from "../auth/caller.ts";
import type { Route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Transaction } from "../store/store.ts";
import { control } from "../wire/methods.ts";
import { runToProto } from "../wire/run.ts";
import { isoTime } from "../wire/time.ts";
import { controlRoute } from "./control_route.ts";
import { change, type Link } from "./link.ts";
import { startRun } from "./start_run.ts";
import { changeTask, type RunState, stateOfRun } from "./task_changes.ts";

/** How people start, see and stop runs. */
export function controlRuns(link: Link): Route<Caller>[] {
  return [
    controlRoute(
      link,
      control.StartRun,
      (request, { caller }) => startRun(link, request, callerAs(caller, "account")),
    ),
    controlRoute(
      link,
      control.ListRuns,
      (request, { caller }) => listRuns(link, request, callerAs(caller, "account")),
    ),
    controlRoute(link, control.StopRun, (request) => stopRun(link, request)),
    controlRoute(link, control.PullArtifacts, pullArtifacts),
  ];
}

function listRuns(link: Link, request: ListRunsRequest, account: Account) {
  return change(link, async (tx, afterwards) => {
    const ids = await askedRuns(tx, request, account);
    const entries: [string, Init<RunProto>][] = [];
    for (const id of ids) {
      await link.traffic.settle(tx, id, { afterwards });
      const state = await stateOfRun(link, tx, id);
      if (state) entries.push([String(id), withAccountName(state)]);
    }
    if (request.run_id !== undefined && entries.length === 0) throw runNotFound();
    return { run_dict: Object.fromEntries(entries), now: isoTime(link.clock.now()) };
  });
}

async function askedRuns(tx: Transaction, request: ListRunsRequest, account: Account): Promise<bigint[]> {
  if (request.run_id !== undefined) return [BigInt(request.run_id)];
  const limit = request.limit === undefined ? undefined : Number(request.limit);
  const runs = limit === 0 ? [] : await tx.runs({ ownerId: account.ownerId, limit });
  return runs.map(({ runId }) => runId);
}

/** A run as Control shows it: with the name of who started it. */
export function withAccountName({ run, primaryTask }: RunState): Init<RunProto> {
  return { ...runToProto(run, primaryTask), account_name: run.ownerName };
}

async function stopRun(link: Link, request: StopRunRequest) {
  const runId = BigInt(request.run_id);
  await change(link, async (tx, afterwards) => {
    const state = await stateOfRun(link, tx, runId);
    if (!state) throw runNotFound();
    const answer = await changeTask(link, { tx, afterwards }, {
      task: state.primaryTask,
      event: { kind: "stop" },
    });
    if (answer.outcome === "refused") {
      throw new RpcError("FAILED_PRECONDITION", `Run ID ${runId} is already finished`);
    }
  });
  link.log.info(`Stopped run ${runId}`);
  return { success: true };
}

function runNotFound(): RpcError {
  return new RpcError("NOT_FOUND", "Run ID not found");
}

function pullArtifacts(): Promise<never> {
  const details = "ControlServicer initialized without artifact provider";
  return Promise.reject(new RpcError("UNIMPLEMENTED", details));
}
