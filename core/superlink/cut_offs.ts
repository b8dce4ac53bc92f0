import type { Caller } from "../auth/caller.ts";
import type { NodeId } from "../model/ids.ts";
import type { Handler, Route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Link } from "./link.ts";

/** Ends the calls of a node that may not call any more: those that wait for something, and those under way. */
export class CutOffs {
  readonly #live = new Map<NodeId, Set<(reason: RpcError) => void>>();

  /** The result of a node's call, or the refusal when the node is cut off meanwhile. */
  async during<T>(node: NodeId, work: () => Promise<T>): Promise<T> {
    const { promise: end, reject } = Promise.withResolvers<never>();
    const live = this.#live.get(node) ?? new Set();
    this.#live.set(node, live.add(reject));
    try {
      return await Promise.race([work(), end]);
    } finally {
      live.delete(reject);
      if (live.size === 0 && this.#live.get(node) === live) this.#live.delete(node);
    }
  }

  /** Refuses all calls that the node has under way. Later ones are the guard's to refuse. */
  cutOff(node: NodeId): void {
    for (const end of this.#live.get(node) ?? []) end(cutOffRefusal());
  }
}

/** The same routes; their calls end when the node that calls is cut off. */
export function endedByCutOff(
  routes: readonly Route<Caller>[],
  link: Pick<Link, "cutOffs" | "keyList">,
): Route<Caller>[] {
  return routes.map(({ method, handler }) => ({ method, handler: cuttable(handler, link) }));
}

function cuttable(
  handler: Route<Caller>["handler"],
  { cutOffs, keyList }: Pick<Link, "cutOffs" | "keyList">,
): Route<Caller>["handler"] {
  return (request, context) => {
    const { caller } = context;
    if (caller.kind !== "node") return handler(request, context);
    // It may have been cut off since the guard looked.
    if (!keyList.admits(caller.node)) return Promise.reject(cutOffRefusal());
    const result: ReturnType<Handler<unknown, unknown, Caller>> = handler(request, context);
    if (Symbol.asyncIterator in result) return result;
    return cutOffs.during(caller.node.nodeId, () => result);
  };
}

function cutOffRefusal(): RpcError {
  return new RpcError("UNAUTHENTICATED", "Invalid node ID");
}
