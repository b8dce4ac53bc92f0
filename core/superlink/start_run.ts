import type { StartRunRequest } from "../../proto/mod.ts";
import type { Account } from "../auth/caller.ts";
import { type RunId, type SeriesId, SUPERLINK_NODE_ID } from "../model/ids.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { Run, RunSeries } from "../model/run.ts";
import { changedSimulation } from "../model/simulation.ts";
import type { TaskType } from "../model/task.ts";
import type { UserConfig } from "../model/user_config.ts";
import { newTask } from "../rules/task_life.ts";
import { exceptionCallingApplication } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { StoredFab, Transaction } from "../store/store.ts";
import { configFromProto } from "../wire/config.ts";
import { decodeContext, encodeContext } from "../wire/context.ts";
import { FabError, NoArchiveError } from "../wire/fab/error.ts";
import { type FabInfo, MAX_FAB_BYTES, readFab } from "../wire/fab/fab.ts";
import { fuseRunConfig } from "../wire/fab/run_config.ts";
import { simulationFromProto } from "../wire/simulation.ts";
import { apiError } from "./api_error.ts";
import { DEFAULT_FEDERATION, federationExists } from "./federation.ts";
import { change, type Link } from "./link.ts";
import { news } from "./news.ts";
import { randomId } from "../store/random_id.ts";

/** Starts a run of the app that comes with the request. */
export async function startRun(link: Link, request: StartRunRequest, account: Account) {
  if (request.app_spec) throw remoteApp(request.app_spec);
  const content = new Uint8Array(request.fab?.content ?? []);
  if (content.length > MAX_FAB_BYTES) {
    link.log.error(`FAB size exceeds maximum allowed size of ${MAX_FAB_BYTES} bytes.`);
    return {};
  }
  const federation = request.federation || DEFAULT_FEDERATION.name;
  if (!federationExists(federation)) throw apiError(2);
  const app = readApp(link, content);
  const overrideConfig = checkedOverrides(link, app, request);
  const simulated = simulationOf(link, app, request);
  const asked = request.series_id === undefined ? undefined : BigInt(request.series_id);
  const { runId, seriesId } = await change(link, async (tx, afterwards) => {
    const { fabId, fabVersion, hash, components } = app;
    const fab: StoredFab = { hash, content, components, verifications: {} };
    await tx.putFab(fab);
    const seriesId = await seriesFor(link, tx, { asked, federation, account });
    const described = {
      fabId,
      fabVersion,
      fabHash: hash,
      overrideConfig,
      federation,
      seriesId,
      ...simulated,
    };
    const run = await createRun(link, tx, { described, account, type: typeOf(app, simulated) });
    await refreshContext(tx, run);
    afterwards(() => link.wakeups.notify(news.tasks));
    return run;
  });
  link.log.info(`Created run ${runId} in federation ${federation}`);
  return { run_id: runId, series_id: seriesId, federation };
}

/** Apps by name come from a platform on the internet, which a SuperLink of ours never asks. */
function remoteApp(spec: string): RpcError {
  const [id, version] = spec.split("==", 2);
  if (version !== undefined && !/^\d+\.\d+\.\d+/.test(version)) {
    return new RpcError("FAILED_PRECONDITION", "Invalid app version. Expected format: x.y.z (digits only).");
  }
  if (!/^@[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/.test(id)) {
    const details = "Invalid remote app ID. Expected format: '@account_name/app_name'.";
    return new RpcError("FAILED_PRECONDITION", details);
  }
  const details = `Cannot fetch ${spec} as this SuperLink only runs apps that are sent to it: ` +
    "download the app and run it from its folder";
  return new RpcError("FAILED_PRECONDITION", details);
}

function readApp(link: Link, content: Uint8Array): FabInfo {
  return refusing(link, () => readFab(content));
}

/** The overrides, all of which must name something in the app's own configuration. */
function checkedOverrides(link: Link, app: FabInfo, request: StartRunRequest): UserConfig {
  return refusing(link, () => {
    const overrides = configFromProto(request.override_config);
    fuseRunConfig(app.config, overrides);
    return overrides;
  });
}

function refusing<T>(link: Link, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof FabError || cause instanceof TypeError)) throw cause;
    link.log.error(`Could not start run: ${cause.message}`);
    // What official servers answer when they stumble over it.
    if (cause instanceof NoArchiveError) throw exceptionCallingApplication(cause);
    throw new RpcError("FAILED_PRECONDITION", cause.message, { cause });
  }
}

function typeOf({ components }: FabInfo, { simulation }: Pick<Run, "simulation">): TaskType {
  if (components.agentapp !== undefined) return "flwr-agentapp";
  return simulation ? "flwr-simulation" : "flwr-serverapp";
}

/** The settings of this run's simulation: the federation's, and what the request changes for this run. */
function simulationOf(
  { simulations }: Link,
  { components }: FabInfo,
  { override_federation_config: changes }: StartRunRequest,
): Pick<Run, "simulation"> {
  if (!simulations || components.agentapp !== undefined) return {};
  return { simulation: changedSimulation(simulations.config, changes ? simulationFromProto(changes) : {}) };
}

async function createRun(
  link: Link,
  tx: Transaction,
  what: {
    described: Pick<
      Run,
      "fabId" | "fabVersion" | "fabHash" | "overrideConfig" | "federation" | "seriesId" | "simulation"
    >;
    account: Account;
    type: TaskType;
  },
): Promise<Run> {
  const { described, account, type } = what;
  const [runId, taskId] = [randomId(link.random), randomId(link.random)];
  const run: Run = {
    ...described,
    runId,
    ownerId: account.ownerId,
    ownerName: account.ownerName,
    primaryTaskId: taskId,
    primaryTaskType: type,
    bytesSent: 0,
    bytesReceived: 0,
    clientAppRuntimeS: 0,
  };
  await tx.putRun(run);
  await tx.putTask(newTask({ taskId, runId, type }, { nowMs: link.clock.now(), fabHash: described.fabHash }));
  return run;
}

/** The series the run belongs to: a new one unless an own one is named. */
async function seriesFor(
  link: Link,
  tx: Transaction,
  what: { asked: SeriesId | undefined; federation: string; account: Account },
): Promise<SeriesId> {
  const nowMs = link.clock.now();
  const { asked, federation, account } = what;
  if (asked === undefined) {
    const seriesId = randomId(link.random);
    const ownerId = account.ownerId;
    const series = { seriesId, federation, description: "", ownerId, createdAt: nowMs, updatedAt: nowMs };
    await tx.putSeries(series);
    return seriesId;
  }
  const series: RunSeries | undefined = await tx.series(asked);
  if (!series || series.federation !== federation || series.ownerId !== account.ownerId) {
    throw new RpcError("INTERNAL", "Failed to create or initialize the run.");
  }
  await tx.putSeries({ ...series, updatedAt: nowMs });
  return asked;
}

/** The context the run starts with: the state its series has come to, and nothing else of earlier runs. */
async function refreshContext(
  tx: Transaction,
  { runId, seriesId }: { runId: RunId; seriesId: SeriesId },
): Promise<void> {
  const earlier = await tx.context(seriesId);
  const state = earlier ? decodeContext(earlier).state : new RecordDict();
  const nobody = { nodeId: SUPERLINK_NODE_ID, nodeConfig: new Map(), runConfig: new Map() };
  await tx.putContext(seriesId, encodeContext({ runId, seriesId, ...nobody, state }));
}
