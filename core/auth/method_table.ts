import type { TaskType } from "../model/task.ts";
import { health } from "../wire/health.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { type AnyWireMethod, clientAppIo, control, fleet, serverAppIo } from "../wire/methods.ts";
import { greet } from "./node_greeting.ts";

/**
 * What a caller must show.
 *
 * - `key`: a signature by the node key that the request's body names, registered or not.
 * - `node`: a signature by the key of a registered node, whose id stands in the request at `nodeIdAt`.
 * - `legacyKey`: the key of a registered node, as SuperNodes of Flower 1.14.0 show it first; nothing proves it yet.
 * - `legacyNode`: a MAC with the secret of a registered node, in the way of 1.14.0. Such a node speaks for itself in
 *   the request's field `node`, or as the producer of the result that it brings.
 * - `task`: the token of a task that is being worked on.
 * - `superexec`: a MAC with the shared secret, where one is set.
 * - `account`: an account; without account authentication everybody is the same one.
 * - `open`: nothing.
 */
export type Credential =
  | { readonly credential: "key" }
  | { readonly credential: "node"; readonly nodeIdAt: NodeIdPlace }
  | { readonly credential: "legacyKey" }
  | { readonly credential: "legacyNode"; readonly nodeIdAt: "node" | "producer" }
  | { readonly credential: "task"; readonly taskTypes?: TaskTypes; readonly actsAs?: "superlink" }
  | { readonly credential: "superexec" }
  | { readonly credential: "account" }
  | { readonly credential: "open" };

/** Where a Fleet request says which node it speaks for: in its field `node`, or in its field `node_id`. */
export type NodeIdPlace = "node" | "node_id";

/** Which tasks may call, and what the others are told with PERMISSION_DENIED. */
export interface TaskTypes {
  readonly allowed: readonly TaskType[];
  refusal(type: TaskType): string;
}

/** Who may call a method, how large the request may be, and how loud the call is logged. */
export type Row = Credential & {
  /** Beyond what the door allows anyway; in bytes. */
  readonly maxRequestBytes?: number;
  /** `info` for what starts and ends work, `debug` for the daily round and for what its handler logs itself. */
  readonly audit: "info" | "debug";
};

/** Enough for a request of ids, a key or a few words. */
const SMALL = { maxRequestBytes: 64 * 1024 };

const NODE = { credential: "node", nodeIdAt: "node", audit: "debug" } as const;
const TASK = { credential: "task", audit: "debug" } as const;
const ACCOUNT = { credential: "account", audit: "debug", ...SMALL } as const;
const ACCOUNT_ACTS = { ...ACCOUNT, audit: "info" } as const;

const SERVERAPP_ONLY: TaskTypes = {
  allowed: ["flwr-serverapp"],
  refusal: () => "Some ServerAppIo API endpoints are only available for Deployment Runtime runs.",
};
const MAY_CREATE_TASKS: TaskTypes = {
  allowed: ["flwr-serverapp", "flwr-clientapp", "flwr-agentapp"],
  refusal: (type) => `Task type '${type}' is not allowed to create tasks.`,
};
const GRID = { ...TASK, taskTypes: SERVERAPP_ONLY } as const;

type Rows<Methods> = Readonly<Record<keyof Methods, Row>>;

const FLEET: Rows<typeof fleet> = {
  RegisterNode: { credential: "key", audit: "debug", ...SMALL },
  ActivateNode: { credential: "key", audit: "debug", ...SMALL },
  DeactivateNode: { credential: "node", nodeIdAt: "node_id", audit: "debug", ...SMALL },
  UnregisterNode: { credential: "node", nodeIdAt: "node_id", audit: "debug", ...SMALL },
  SendNodeHeartbeat: { ...NODE, ...SMALL },
  PullMessages: { ...NODE, ...SMALL },
  PushMessages: NODE,
  GetRun: { ...NODE, ...SMALL },
  GetFab: { ...NODE, ...SMALL },
  PushObject: NODE,
  PullObject: { ...NODE, ...SMALL },
  ConfirmMessageReceived: { ...NODE, ...SMALL },
};

/** What SuperNodes of Flower 1.14.0 ask. */
const LEGACY_FLEET: Rows<typeof legacyFleet> = {
  CreateNode: { credential: "legacyKey", audit: "debug", ...SMALL },
  DeleteNode: { credential: "legacyNode", nodeIdAt: "node", audit: "debug", ...SMALL },
  Ping: { credential: "legacyNode", nodeIdAt: "node", audit: "debug", ...SMALL },
  PullTaskIns: { credential: "legacyNode", nodeIdAt: "node", audit: "debug", ...SMALL },
  PushTaskRes: { credential: "legacyNode", nodeIdAt: "producer", audit: "debug" },
};

/** A key that everybody may see. */
const GREET: Row = { credential: "open", audit: "debug", maxRequestBytes: 0 };

/** What the two services for app processes ask alike. */
const APP_IO: Rows<typeof clientAppIo> = {
  PullPendingTasks: { credential: "superexec", audit: "debug", ...SMALL },
  ClaimTask: { credential: "superexec", audit: "info", ...SMALL },
  GetRun: { credential: "superexec", audit: "debug", ...SMALL },
  CreateTask: { credential: "task", taskTypes: MAY_CREATE_TASKS, audit: "info", ...SMALL },
  SendTaskHeartbeat: { ...TASK, ...SMALL },
  PullTaskInput: { credential: "task", audit: "info", ...SMALL },
  PushTaskOutput: { credential: "task", audit: "info" },
  PushTaskMessage: TASK,
  PullTaskMessage: { ...TASK, ...SMALL },
  PushTaskEvents: TASK,
  PushLogs: TASK,
  GetNodes: { ...TASK, ...SMALL },
  PushMessages: TASK,
  PullMessages: TASK,
  PushObject: TASK,
  PullObject: { ...TASK, ...SMALL },
  ConfirmMessageReceived: { ...TASK, ...SMALL },
};

const SERVER_APP_IO: Rows<typeof serverAppIo> = {
  ...APP_IO,
  GetNodes: { ...GRID, ...SMALL },
  PushMessages: GRID,
  PullMessages: GRID,
  PushObject: { ...GRID, actsAs: "superlink" },
  PullObject: { ...GRID, actsAs: "superlink", ...SMALL },
  ConfirmMessageReceived: { ...GRID, ...SMALL },
};

const CONTROL: Rows<typeof control> = {
  // A FAB that is too large is answered by the handler, in the words that the command line expects.
  StartRun: { credential: "account", audit: "info" },
  StopRun: ACCOUNT_ACTS,
  ListRuns: ACCOUNT,
  StreamLogs: ACCOUNT,
  StreamRunEvents: ACCOUNT,
  PullArtifacts: ACCOUNT,
  ListRunSeries: ACCOUNT,
  GetRunSeries: ACCOUNT,
  RegisterNode: ACCOUNT_ACTS,
  UnregisterNode: ACCOUNT_ACTS,
  ListNodes: ACCOUNT,
  ListFederations: ACCOUNT,
  ShowFederation: ACCOUNT,
  CreateFederation: ACCOUNT_ACTS,
  ArchiveFederation: ACCOUNT_ACTS,
  ConfigureSimulationFederation: ACCOUNT_ACTS,
  AddNodeToFederation: ACCOUNT_ACTS,
  RemoveNodeFromFederation: ACCOUNT_ACTS,
  RemoveAccountFromFederation: ACCOUNT_ACTS,
  CreateInvitation: ACCOUNT_ACTS,
  ListInvitations: ACCOUNT,
  AcceptInvitation: ACCOUNT_ACTS,
  RejectInvitation: ACCOUNT_ACTS,
  RevokeInvitation: ACCOUNT_ACTS,
  GetLoginDetails: { credential: "open", audit: "debug", ...SMALL },
  GetAuthTokens: { credential: "open", audit: "debug", ...SMALL },
};

const HEALTH: Rows<typeof health> = {
  Check: { credential: "open", audit: "debug", ...SMALL },
  Watch: { credential: "open", audit: "debug", ...SMALL },
  List: { credential: "open", audit: "debug", ...SMALL },
};

const TABLE: ReadonlyMap<string, Row> = new Map([
  ...rowsOf(fleet, FLEET),
  ...rowsOf(legacyFleet, LEGACY_FLEET),
  [greet.path, GREET],
  ...rowsOf(serverAppIo, SERVER_APP_IO),
  ...rowsOf(clientAppIo, APP_IO),
  ...rowsOf(control, CONTROL),
  ...rowsOf(health, HEALTH),
]);

/** The row of a method by its path. A method without one is served to nobody. */
export function rowOf(path: string): Row | undefined {
  return TABLE.get(path);
}

function rowsOf(methods: object, rows: Readonly<Record<string, Row>>): [string, Row][] {
  const byName = methods as Readonly<Record<string, AnyWireMethod>>;
  return Object.entries(rows).map(([name, row]) => [byName[name].path, row]);
}
