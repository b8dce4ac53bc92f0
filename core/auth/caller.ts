import type { Node } from "../model/node.ts";
import type { Task } from "../model/task.ts";
import { RpcError } from "../rpc/status.ts";

/**
 * Who a call comes from, once its credential is checked.
 *
 * - `node`: a registered SuperNode, as it was stored when the call came.
 * - `newcomer`: somebody who holds the key that the request names; whether it is registered is not known.
 * - `task`: the app process that works on this task, as it was stored when the call came.
 * - `superexec`: a SuperExec, or, where no secret is set, anybody.
 * - `account`: a person, through the command line.
 * - `anyone`: the method asks for no credential.
 */
export type Caller =
  | { readonly kind: "node"; readonly node: Node }
  | { readonly kind: "newcomer"; readonly publicKey: Uint8Array }
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "superexec" }
  | Account
  | { readonly kind: "anyone" };

/** A person. */
export interface Account {
  readonly kind: "account";
  readonly ownerId: string;
  readonly ownerName: string;
}

/** Whoever calls a SuperLink that knows no accounts. */
export const NO_ACCOUNT: Account = { kind: "account", ownerId: "<id:none>", ownerName: "none" };

/**
 * The caller, which the method's row says is of this kind.
 * @throws {RpcError} INTERNAL when it says otherwise: the row and the handler do not fit
 */
export function callerAs<Kind extends Caller["kind"]>(
  caller: Caller,
  kind: Kind,
): Extract<Caller, { kind: Kind }> {
  if (caller.kind === kind) return caller as Extract<Caller, { kind: Kind }>;
  throw new RpcError("INTERNAL", `Cannot serve this method: its caller is "${caller.kind}", not "${kind}"`);
}

/** The SuperNode that calls. @throws {RpcError} like {@link callerAs} */
export function callingNode(caller: Caller): Node {
  return callerAs(caller, "node").node;
}

/** The task whose app process calls. @throws {RpcError} like {@link callerAs} */
export function callingTask(caller: Caller): Task {
  return callerAs(caller, "task").task;
}
