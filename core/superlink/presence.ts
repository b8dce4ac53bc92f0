import type { Connection } from "../io/ports.ts";
import type { NodeId } from "../model/ids.ts";
import type { Former } from "../rules/node_life.ts";

interface Sign {
  readonly connection: Connection;
  readonly heardAtMs: number;
}

/** When and over which connection each node was heard last. In memory: it says nothing about an earlier process. */
export class Presence {
  readonly #last = new Map<NodeId, Sign>();

  /** A node called at this instant (Unix ms). */
  seen(node: NodeId, connection: Connection, nowMs: number): void {
    this.#last.set(node, { connection, heardAtMs: nowMs });
  }

  /** What is known of the process that was last heard as this node. */
  former(node: NodeId): Former {
    const { heardAtMs } = this.#last.get(node) ?? {};
    return { isCutOff: this.isCutOff(node), heardAtMs };
  }

  /**
   * Whether the process that was last heard as this node has certainly lost its way to us: its connection is
   * closed, or it has not called since this SuperLink was started.
   */
  isCutOff(node: NodeId): boolean {
    return this.#last.get(node)?.connection.closed.aborted ?? true;
  }
}
