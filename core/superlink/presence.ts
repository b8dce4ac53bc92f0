import type { Connection } from "../io/ports.ts";
import type { NodeId } from "../model/ids.ts";

/** Over which connection each node was heard last. Kept in memory: it says nothing about an earlier process. */
export class Presence {
  readonly #last = new Map<NodeId, Connection>();

  /** A node called. */
  seen(node: NodeId, connection: Connection): void {
    this.#last.set(node, connection);
  }

  /**
   * Whether the process that was last heard as this node has certainly lost its way to us: its connection is
   * closed, or it has not called since this SuperLink was started.
   */
  isCutOff(node: NodeId): boolean {
    return this.#last.get(node)?.closed.aborted ?? true;
  }
}
