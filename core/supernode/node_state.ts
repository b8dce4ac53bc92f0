import type { Init, Message } from "../../proto/mod.ts";
import type { Clock, Log, Random } from "../io/ports.ts";
import type { NodeId, TaskId } from "../model/ids.ts";
import type { UserConfig } from "../model/user_config.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { Wakeups } from "../rpc/hold.ts";
import type { ObjectExchange } from "../store/object_exchange.ts";
import type { Store } from "../store/store.ts";
import type { TaskMessages } from "../store/task_messages.ts";
import type { KnownRuns } from "./known_runs.ts";
import type { Work } from "./work.ts";

/** What all parts of one SuperNode share. */
export interface NodeState {
  /** Set once the SuperLink has let the node in; no task is made before. */
  nodeId: NodeId;
  /** Speaks to the SuperLink, and waits for it when it is away. */
  readonly fleet: RpcClient;
  readonly store: Store;
  readonly objects: ObjectExchange;
  readonly nodeConfig: UserConfig;
  readonly runs: KnownRuns;
  /** The messages that are worked on, by the task that was made for each. */
  readonly works: Map<TaskId, Work>;
  readonly taskMessages: TaskMessages<Init<Message>>;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The keys under which those who wait hear that something changed. */
export const news = {
  /** A task waits for a SuperExec. */
  tasks: "tasks",
  /** The task is not what it was. */
  task: (task: TaskId) => `task:${task}`,
  /** The message of this task has arrived whole, or never will. */
  input: (task: TaskId) => `input:${task}`,
} as const;
