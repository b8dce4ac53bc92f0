import type { MessageId, NodeId, RunId, SeriesId, TaskId } from "../../core/model/ids.ts";
import type { Node } from "../../core/model/node.ts";
import type { Run, RunSeries } from "../../core/model/run.ts";
import type { Task } from "../../core/model/task.ts";
import type { StoredFab, StoredMessage } from "../../core/store/store.ts";

/** The largest uint64: what breaks first where ids are taken for signed numbers. */
export const MAX_ID = 2n ** 64n - 1n;

/** An object id that is as good as any. */
export function objectId(seed: number | string): string {
  return String(seed).padStart(64, "0");
}

/** A row of each kind with every required member set. */
export function aNode(nodeId: NodeId, changes: Partial<Node> = {}): Node {
  return {
    nodeId,
    ownerId: "owner",
    ownerName: "name",
    status: "registered",
    registeredAt: 1_000,
    onlineUntil: 0,
    heartbeatIntervalS: 30,
    publicKey: new TextEncoder().encode(`key of ${nodeId}`),
    ...changes,
  };
}

export function aRun(runId: RunId, changes: Partial<Run> = {}): Run {
  return {
    runId,
    seriesId: 5n,
    fabId: "flwrlabs/app",
    fabVersion: "1.0.0",
    fabHash: objectId("fab"),
    overrideConfig: new Map(),
    federation: "federation",
    ownerId: "owner",
    ownerName: "name",
    primaryTaskId: runId as bigint,
    primaryTaskType: "flwr-serverapp",
    bytesSent: 0,
    bytesReceived: 0,
    clientAppRuntimeS: 0,
    ...changes,
  };
}

export function aTask(taskId: TaskId, changes: Partial<Task> = {}): Task {
  return {
    taskId,
    runId: 7n,
    type: "flwr-serverapp",
    status: "pending",
    subStatus: "",
    details: "",
    pendingAt: 1_000,
    ...changes,
  };
}

export function aSeries(seriesId: SeriesId, changes: Partial<RunSeries> = {}): RunSeries {
  return {
    seriesId,
    federation: "federation",
    description: "",
    ownerId: "owner",
    createdAt: 1,
    updatedAt: 1,
    ...changes,
  };
}

export function aFab(hash: string, changes: Partial<StoredFab> = {}): StoredFab {
  return { hash, content: new Uint8Array([1, 2]), verifications: {}, components: {}, ...changes };
}

/** What a message may differ in, beside its run and id. */
export interface MessageChanges extends Partial<Omit<StoredMessage, "metadata">> {
  readonly metadata?: Partial<StoredMessage["metadata"]>;
}

export function aMessage(
  runId: RunId,
  messageId: MessageId,
  { metadata, ...changes }: MessageChanges = {},
): StoredMessage {
  return {
    metadata: {
      runId,
      messageId,
      srcNodeId: 1n,
      dstNodeId: 2n,
      replyToMessageId: "",
      groupId: "1",
      ttl: 43_200,
      messageType: "train",
      createdAt: 1_750_000_000.25,
      ...metadata,
    },
    sequence: 0,
    complete: true,
    deliveries: 0,
    ...changes,
  };
}
