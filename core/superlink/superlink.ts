import { appIoGuard } from "../auth/app_io_guard.ts";
import type { Caller } from "../auth/caller.ts";
import { controlGuard } from "../auth/control_guard.ts";
import { fleetGuard } from "../auth/fleet_guard.ts";
import type { NodeKey } from "../auth/keys.ts";
import { LegacyNodes } from "../auth/legacy_nodes.ts";
import { LinkKeys } from "../auth/link_keys.ts";
import { NodeSessions } from "../auth/node_sessions.ts";
import { type Clock, type Log, type Random, StorageFullError } from "../io/ports.ts";
import type { Isolation } from "../rules/restart.ts";
import { Wakeups } from "../rpc/hold.ts";
import { Metadata } from "../rpc/metadata.ts";
import { asOurs, isOurs } from "../rpc/peer.ts";
import { exceptionCallingApplication, type Guard, type Route, Router } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { ObjectExchange } from "../store/object_exchange.ts";
import type { Store } from "../store/store.ts";
import { TaskMessages } from "../store/task_messages.ts";
import { controlAccounts } from "./control_accounts.ts";
import { controlFederations } from "./control_federations.ts";
import { controlNodes } from "./control_nodes.ts";
import { controlRuns } from "./control_runs.ts";
import { controlSeries } from "./control_series.ts";
import { controlStreams } from "./control_streams.ts";
import { CutOffs, endedByCutOff } from "./cut_offs.ts";
import { fleetMessages } from "./fleet_messages.ts";
import { fleetNodes } from "./fleet_nodes.ts";
import { fleetObjects } from "./fleet_objects.ts";
import { fleetRuns } from "./fleet_runs.ts";
import { grid } from "./grid.ts";
import { gridObjects } from "./grid_objects.ts";
import { gridPull } from "./grid_pull.ts";
import { Inputs } from "./inputs.ts";
import { applyKeyList, KeyList } from "./key_list.ts";
import { Lapses } from "./lapses.ts";
import { legacyMessages } from "./legacy_messages.ts";
import { legacyNodes } from "./legacy_nodes.ts";
import type { Link } from "./link.ts";
import { nodeGreeting } from "./node_greeting.ts";
import { Presence } from "./presence.ts";
import { recover } from "./recover.ts";
import { settleAll } from "./settle.ts";
import { controlSimulations, Simulations } from "./simulation.ts";
import { taskCreation } from "./task_creation.ts";
import { taskMessages } from "./task_messages.ts";
import { taskQueue } from "./task_queue.ts";
import { taskReports } from "./task_reports.ts";
import { taskWork } from "./task_work.ts";
import { Traffic } from "./traffic.ts";
import { UnaskedHolds } from "./unasked_hold.ts";

/** What a SuperLink is made of. The store and the objects are the caller's to close, after {@link SuperLink.stop}. */
export interface SuperLinkOptions {
  readonly store: Store;
  /** Over the same store. */
  readonly objects: ObjectExchange;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Who starts the app processes: decides what a restart means for them. */
  readonly isolation: Isolation;
  /** What is to be added to the log of a run whose app failed with these details; nothing unless told. */
  explain?(details: string): string | undefined;
  /** Whether only nodes that were registered through Control may come. */
  readonly supernodeAuth: boolean;
  /** Whether the key of a node that was unregistered may be registered again; not unless told. */
  readonly allowKeyReuse?: boolean;
  /** Whether SuperNodes must show a MAC over each call, which only those of ours can. */
  readonly requireMac?: boolean;
  /** With what SuperNodes of Flower 1.14.0 share their secrets; without it they cannot come. */
  readonly legacyKey?: NodeKey;
  /** Whether its runs are simulated: then no SuperNode is ever needed. */
  readonly simulation?: boolean;
  /** The content of the secret's file that SuperExecs must know; without one anybody may act as SuperExec. */
  readonly superexecSecret?: Uint8Array;
}

/** The three APIs of a SuperLink, ready to be put behind doors. */
export interface SuperLink {
  readonly fleet: Router<Caller>;
  readonly serverAppIo: Router<Caller>;
  readonly control: Router<Caller>;
  /** Takes up what an earlier process left behind and starts the clockwork. To be awaited before the first call. */
  recover(): Promise<void>;
  /**
   * Makes these the keys (PEM SubjectPublicKeyInfo) of the operator's list, in place of those of the last call. Their
   * nodes are registered; the node of a key that is listed no more is cut off, in the middle of its calls.
   */
  listKeys(keys: readonly Uint8Array[]): Promise<void>;
  /** Stops the clockwork and writes what is not written yet. Calls are ended by the doors. */
  stop(): Promise<void>;
}

/** Builds a SuperLink; it does nothing until {@link SuperLink.recover} is called. */
export function createSuperLink(options: SuperLinkOptions): SuperLink {
  const { store, clock, log, isolation, superexecSecret, requireMac, legacyKey } = options;
  const link = createLink(options);
  const router = (routes: Route<Caller>[], guard: Guard<Caller>, otherwise = exceptionCallingApplication) =>
    new Router({ routes, guard: announcing(guard), log, unexpected: noRoomOr(otherwise) });
  const service = "flwr.proto.ServerAppIo";
  const keys = new LinkKeys();
  const legacy = legacyKey && !requireMac ? new LegacyNodes(legacyKey) : undefined;
  const guard = fleetGuard({
    ...{ store, clock, log, requireMac, legacy },
    sessions: new NodeSessions({ keys, clock }),
    mayCome: (node) => link.keyList.admits(node),
  });
  return {
    fleet: router([...nodeGreeting(keys), ...fleetRoutes(link, legacy)], noticing(guard, link)),
    serverAppIo: router(
      serverAppIoRoutes(link),
      listening(
        appIoGuard({ service, store, clock, log, component: "SuperLink", superexecSecret }),
        link,
      ),
    ),
    control: router(controlRoutes(link), controlGuard({ log }), internalError),
    recover: async () => {
      await recover(link, isolation);
      link.lapses.start();
    },
    listKeys: (keys) => applyKeyList(link, keys),
    stop: async () => {
      await link.lapses.stop();
      await link.traffic.settleAll(store);
    },
  };
}

function createLink(options: SuperLinkOptions): Link {
  const { store, objects, clock, random, log, supernodeAuth, allowKeyReuse = false, simulation } = options;
  const link: Link = {
    store,
    objects,
    clock,
    random,
    log,
    supernodeAuth,
    explain: options.explain,
    allowKeyReuse,
    wakeups: new Wakeups(),
    traffic: new Traffic(),
    taskMessages: new TaskMessages(),
    presence: new Presence(),
    keyList: new KeyList(),
    cutOffs: new CutOffs(),
    withoutRoom: new Map(),
    unaskedHolds: new UnaskedHolds(),
    inputs: new Inputs(),
    unfinishedReplies: new Map(),
    simulations: simulation ? new Simulations() : undefined,
    lapses: new Lapses({ clock, log, settle: () => settleAll(link) }),
  };
  return link;
}

function fleetRoutes(link: Link, legacy?: LegacyNodes): Route<Caller>[] {
  const work = [...fleetMessages(link), ...fleetRuns(link), ...fleetObjects(link)];
  const today = [...fleetNodes(link), ...endedByCutOff(work, link)];
  if (!legacy) return today;
  return [...today, ...legacyNodes(link, legacy), ...endedByCutOff(legacyMessages(link), link)];
}

function serverAppIoRoutes(link: Link): Route<Caller>[] {
  return [
    ...taskQueue(link),
    ...taskWork(link),
    ...taskCreation(link),
    ...taskMessages(link),
    ...taskReports(link),
    ...grid(link),
    ...gridPull(link),
    ...gridObjects(link),
  ];
}

function controlRoutes(link: Link): Route<Caller>[] {
  return [
    ...controlRuns(link),
    ...controlStreams(link),
    ...controlSeries(link),
    ...controlNodes(link),
    ...controlFederations(link),
    ...controlSimulations(link),
    ...controlAccounts(link),
  ];
}

/** Tells those of ours that we are one of theirs: they may then rely on what official peers do not do. */
function announcing(guard: Guard<Caller>): Guard<Caller> {
  return {
    admit: (call) => guard.admit(call),
    seal: ({ metadata }) => isOurs(metadata) ? asOurs() : new Metadata(),
  };
}

/** Notes over which connection a node calls. */
function noticing(guard: Guard<Caller>, { presence, clock }: Link): Guard<Caller> {
  return {
    admit: async (call) => {
      const caller = await guard.admit(call);
      if (caller.kind === "node") presence.seen(caller.node.nodeId, call.connection, clock.now());
      return caller;
    },
  };
}

/** What an app process may say before it has its input. */
const BEFORE_INPUT: ReadonlySet<string> = new Set(["SendTaskHeartbeat", "PullTaskInput"]);

/** Notes which app processes have their input. */
function listening(guard: Guard<Caller>, { inputs }: Link): Guard<Caller> {
  return {
    admit: async (call) => {
      const caller = await guard.admit(call);
      if (caller.kind === "task" && !BEFORE_INPUT.has(call.method.name)) inputs.used(caller.task.taskId);
      return caller;
    },
  };
}

/** Without room nothing is lost: the caller hears the reason and may try again. */
function noRoomOr(otherwise: (error: unknown) => RpcError): (error: unknown) => RpcError {
  return (error) =>
    error instanceof StorageFullError
      ? new RpcError("RESOURCE_EXHAUSTED", error.message, { cause: error })
      : otherwise(error);
}

function internalError(): RpcError {
  return new RpcError("INTERNAL", "Internal server error.");
}
