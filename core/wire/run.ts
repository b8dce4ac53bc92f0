import type {
  Init,
  NodeInfo as NodeInfoProto,
  Run as RunProto,
  RunStatus,
  Task as TaskProto,
} from "../../proto/mod.ts";
import type { RunId, SeriesId } from "../model/ids.ts";
import type { Node } from "../model/node.ts";
import type { Run } from "../model/run.ts";
import type { Status, SubStatus, Task } from "../model/task.ts";
import type { UserConfig } from "../model/user_config.ts";
import { configFromProto, configToProto } from "./config.ts";
import { isoTime } from "./time.ts";

/** A run on the wire. Its status and times are those of its primary task. `account_name` is left empty. */
export function runToProto(run: Run, primaryTask: Task): Init<RunProto> {
  return {
    run_id: run.runId,
    fab_id: run.fabId,
    fab_version: run.fabVersion,
    override_config: configToProto(run.overrideConfig),
    fab_hash: run.fabHash,
    ...taskLife(primaryTask),
    flwr_aid: run.ownerId,
    federation: run.federation,
    bytes_sent: run.bytesSent,
    bytes_recv: run.bytesReceived,
    clientapp_runtime: run.clientAppRuntimeS,
    primary_task_type: run.primaryTaskType,
    primary_task_id: run.primaryTaskId,
    series_id: run.seriesId,
  };
}

/** A task on the wire; its token stays here. */
export function taskToProto(task: Task): Init<TaskProto> {
  return {
    task_id: task.taskId,
    type: task.type,
    run_id: task.runId,
    ...taskLife(task),
    fab_hash: task.fabHash,
    model_ref: task.modelRef,
    connector_ref: task.connectorRef,
  };
}

function taskLife(task: Task) {
  return {
    status: statusToProto(task),
    pending_at: isoTime(task.pendingAt),
    starting_at: isoTimeOrEmpty(task.startingAt),
    running_at: isoTimeOrEmpty(task.runningAt),
    finished_at: isoTimeOrEmpty(task.finishedAt),
  };
}

/** The status words of a task, or of the run whose primary task it is. */
export function statusToProto(task: Task): Init<RunStatus> {
  return { status: task.status, sub_status: task.subStatus, details: task.details };
}

function isoTimeOrEmpty(ms: number | undefined): string {
  return ms === undefined ? "" : isoTime(ms);
}

/** What a node or an app process learns about a run that a SuperLink or SuperNode holds. */
export interface RunInfo {
  readonly runId: RunId;
  readonly seriesId: SeriesId;
  readonly fabId: string;
  readonly fabVersion: string;
  readonly fabHash: string;
  readonly overrideConfig: UserConfig;
  readonly federation: string;
  /** Empty for a run that its holder does not know. */
  readonly status: Status | "";
  readonly subStatus: SubStatus;
  readonly details: string;
}

/** The run of a reply. Words of a status that this version does not know are passed on as they are. */
export function runFromProto(run: RunProto): RunInfo {
  return {
    runId: BigInt(run.run_id),
    seriesId: BigInt(run.series_id),
    fabId: run.fab_id,
    fabVersion: run.fab_version,
    fabHash: run.fab_hash,
    overrideConfig: configFromProto(run.override_config),
    federation: run.federation,
    status: (run.status?.status ?? "") as Status | "",
    subStatus: (run.status?.sub_status ?? "") as SubStatus,
    details: run.status?.details ?? "",
  };
}

/** What an operator is told about a node. */
export function nodeInfoToProto(node: Node): Init<NodeInfoProto> {
  return {
    node_id: node.nodeId,
    owner_aid: node.ownerId,
    owner_name: node.ownerName,
    status: node.status,
    registered_at: isoTime(node.registeredAt),
    last_activated_at: optionalIsoTime(node.lastActivatedAt),
    last_deactivated_at: optionalIsoTime(node.lastDeactivatedAt),
    unregistered_at: optionalIsoTime(node.unregisteredAt),
    // A node that never came has none, until it is gone for ever.
    online_until: node.status === "registered" ? undefined : node.onlineUntil / 1000,
    heartbeat_interval: node.heartbeatIntervalS,
    public_key: node.publicKey,
  };
}

function optionalIsoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : isoTime(ms);
}
