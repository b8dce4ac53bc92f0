import type {
  AddNodeToFederationRequest,
  CreateFederationRequest,
  Init,
  Run as RunProto,
  ShowFederationRequest,
} from "../../proto/mod.ts";
import { type Account, type Caller, callerAs } from "../auth/caller.ts";
import type { Route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Transaction } from "../store/store.ts";
import { control } from "../wire/methods.ts";
import { nodeInfoToProto } from "../wire/run.ts";
import { isoTime } from "../wire/time.ts";
import { apiError } from "./api_error.ts";
import { nodesOf } from "./control_nodes.ts";
import { controlRoute } from "./control_route.ts";
import { withAccountName } from "./control_runs.ts";
import { DEFAULT_FEDERATION, federationExists } from "./federation.ts";
import type { Link } from "./link.ts";
import { defaultFederation } from "./simulation.ts";
import { stateOfRun } from "./task_changes.ts";

/** How people see the one federation there is. To make others is not offered; the refusals are Flower's. */
export function controlFederations(link: Link): Route<Caller>[] {
  const unsupported = () => Promise.reject<never>(apiError(1));
  return [
    controlRoute(link, control.ListFederations, () => Promise.resolve({ federations: [listed(link)] })),
    controlRoute(
      link,
      control.ShowFederation,
      (request, { caller }) => showFederation(link, request, callerAs(caller, "account")),
    ),
    controlRoute(link, control.CreateFederation, refuseToCreate),
    controlRoute(
      link,
      control.ArchiveFederation,
      ({ federation_name: name }) => Promise.reject(apiError(name === "" ? 12 : 1)),
    ),
    controlRoute(
      link,
      control.AddNodeToFederation,
      (request, { caller }) => refuseNode(link, request, callerAs(caller, "account")),
    ),
    controlRoute(
      link,
      control.RemoveNodeFromFederation,
      (request, { caller }) => refuseNode(link, request, callerAs(caller, "account")),
    ),
    controlRoute(link, control.RemoveAccountFromFederation, unsupported),
    controlRoute(link, control.CreateInvitation, refuseInvitation),
    controlRoute(link, control.AcceptInvitation, refuseInvitation),
    controlRoute(link, control.ListInvitations, unsupported),
    controlRoute(link, control.RejectInvitation, unsupported),
    controlRoute(link, control.RevokeInvitation, unsupported),
  ];
}

/** The federation in a list, where nothing is said about how it is simulated. */
function listed(link: Link) {
  return { ...DEFAULT_FEDERATION, simulation: link.simulations !== undefined };
}

/** Refuses to go on with a federation that there is not. */
export function checkFederation(name: string): void {
  if (name === "") throw apiError(12);
  if (!federationExists(name)) {
    throw new RpcError("FAILED_PRECONDITION", `Federation '${name}' does not exist`);
  }
}

async function showFederation(link: Link, request: ShowFederationRequest, account: Account) {
  if (!federationExists(request.federation_name)) throw new RpcError("INTERNAL", "Internal server error.");
  return await link.store.transaction(async (tx) => ({
    federation: {
      ...defaultFederation(link),
      members: [{ account: { id: account.ownerId, name: account.ownerName }, role: "owner" }],
      nodes: (await nodesOf(link, tx, account.ownerId)).map(nodeInfoToProto),
      runs: await runsOf(link, tx, account.ownerId),
    },
    now: isoTime(link.clock.now()),
  }));
}

async function runsOf(link: Link, tx: Transaction, ownerId: string): Promise<Init<RunProto>[]> {
  const runs: Init<RunProto>[] = [];
  for (const { runId } of await tx.runs({ ownerId })) {
    const state = await stateOfRun(link, tx, runId);
    if (state) runs.push(withAccountName(state));
  }
  return runs;
}

function refuseToCreate({ federation_name: name }: CreateFederationRequest): Promise<never> {
  if (name === "") return Promise.reject(apiError(12));
  const fault = faultOfName(name);
  if (!fault) return Promise.reject(apiError(1));
  const details = `Invalid federation name: '${name}'. ${fault}`;
  return Promise.reject(new RpcError("FAILED_PRECONDITION", details));
}

function faultOfName(name: string): string | undefined {
  if ([...name].length > 32) return "Must be no longer than 32 characters.";
  if (!/^\p{L}/u.test(name)) return "Must start with a letter.";
  if (!/^[\p{L}\p{N}-]*$/u.test(name)) return "Can only contain letters, digits, and hyphens.";
  return undefined;
}

async function refuseNode(
  link: Link,
  { federation_name: name, node_id: nodeId }: AddNodeToFederationRequest,
  { ownerId }: Account,
): Promise<never> {
  checkFederation(name);
  const node = await link.store.transaction((tx) => tx.node(BigInt(nodeId)));
  if (node?.ownerId === ownerId) throw apiError(1);
  const details = `Node ${nodeId} not found or you are not its owner.`;
  throw new RpcError("FAILED_PRECONDITION", details);
}

function refuseInvitation({ federation_name: name }: { federation_name: string }): Promise<never> {
  return Promise.reject(apiError(federationExists(name) ? 1 : 2));
}
