import { appIoGuard } from "../auth/app_io_guard.ts";
import type { Caller } from "../auth/caller.ts";
import type { Clock, Log, Random } from "../io/ports.ts";
import type { UserConfig } from "../model/user_config.ts";
import type { RpcClient } from "../rpc/client.ts";
import { Wakeups } from "../rpc/hold.ts";
import { Router } from "../rpc/router.ts";
import type { ObjectExchange } from "../store/object_exchange.ts";
import type { Store } from "../store/store.ts";
import { TaskMessages } from "../store/task_messages.ts";
import { messageRoutes } from "./appio_messages.ts";
import { otherRoutes } from "./appio_others.ts";
import { taskRoutes } from "./appio_tasks.ts";
import { Inbox } from "./inbox.ts";
import { KnownRuns } from "./known_runs.ts";
import { Membership } from "./membership.ts";
import type { NodeState } from "./node_state.ts";
import { isStatus } from "./refusal.ts";

/** What a SuperNode is made of. */
export interface SuperNodeOptions {
  /** Speaks to the SuperLink's Fleet service with the node's key, and waits for it when it is away. */
  readonly fleet: RpcClient;
  /** The same, but tries once: for the good-bye. */
  readonly farewell: RpcClient;
  /** Forgotten with the process; a node remembers nothing beyond its life. */
  readonly store: Store;
  readonly objects: ObjectExchange;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** PEM SubjectPublicKeyInfo with a final newline. */
  readonly publicKey: Uint8Array;
  /** Whether the key was made for this one start; an operator's key was registered by its owner. */
  readonly selfRegistered: boolean;
  /** What the node's operator tells its ClientApps. */
  readonly nodeConfig: UserConfig;
  /** Shared with the SuperExec; without one anybody who reaches ClientAppIo may act as SuperExec. */
  readonly superexecSecret?: Uint8Array;
}

/** A node of the federation: takes messages from its SuperLink and has ClientApps answer them. */
export interface SuperNode {
  /** What SuperExec and app processes talk to. */
  readonly clientAppIo: Router<Caller>;
  /**
   * Joins, works until the signal is aborted or the SuperLink does not know the node any more, and leaves.
   * @throws {SuperNodeError} when the SuperLink does not let the node in
   * @throws {RpcError} when the SuperLink cannot be reached within the limits of `fleet`
   */
  run(signal: AbortSignal): Promise<void>;
}

/** Makes a SuperNode; nothing happens before `run`. */
export function createSuperNode(options: SuperNodeOptions): SuperNode {
  const { fleet, store, objects, clock, random, log, nodeConfig, superexecSecret } = options;
  const state: NodeState = {
    nodeId: 0n,
    fleet,
    store,
    objects,
    nodeConfig,
    runs: new KnownRuns(),
    works: new Map(),
    taskMessages: new TaskMessages(),
    wakeups: new Wakeups(),
    clock,
    random,
    log,
  };
  const service = "flwr.proto.ClientAppIo";
  const guard = appIoGuard({
    service,
    store,
    clock,
    log: withoutCalls(log),
    component: "SuperNode",
    superexecSecret,
  });
  const routes = [...taskRoutes(state), ...messageRoutes(state), ...otherRoutes(state)];
  const clientAppIo = new Router<Caller>({ routes, guard, log });
  return { clientAppIo, run: (signal) => live(state, new Membership(options), signal) };
}

async function live(state: NodeState, membership: Membership, signal: AbortSignal): Promise<void> {
  try {
    state.nodeId = await membership.join(signal);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  state.log.info(`SuperNode ID: ${state.nodeId}`);
  const over = new AbortController();
  const working = AbortSignal.any([signal, over.signal]);
  const untilOver = (part: Promise<void>) => part.finally(() => over.abort());
  const parts = [membership.beat(state.nodeId, working), new Inbox(state).run(working)].map(untilOver);
  const ends = await Promise.allSettled(parts);
  const failure = ends.find((end) => end.status === "rejected");
  if (failure && isStatus(failure.reason, "UNAUTHENTICATED")) {
    state.log.error(`The SuperLink does not know this SuperNode any more: ${failure.reason.details}`);
    return;
  }
  await membership.leave(state.nodeId);
  if (failure && !signal.aborted) throw failure.reason;
}

/** An operator's log is about messages, not about the calls of the node's own processes. */
function withoutCalls(log: Log): Log {
  return {
    debug: (text) => log.debug(text),
    info: (text) => log.debug(text),
    warn: (text) => log.warn(text),
    error: (text) => log.error(text),
  };
}
