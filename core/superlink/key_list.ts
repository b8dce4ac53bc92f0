import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Node } from "../model/node.ts";
import { DEFAULT_HEARTBEAT_INTERVAL_S } from "../rules/lease.ts";
import { addNode, changeNodeOf, cutOff } from "./fleet_nodes.ts";
import { NOBODY } from "./federation.ts";
import { change, type Link } from "./link.ts";
import type { Changing } from "./task_changes.ts";

/** Whose nodes those are that came in through the operator's list of keys: the list says whether they may come. */
const LISTED = { ...NOBODY, ownerName: "key list" } as const;

/** Which nodes the operator's list of keys lets in. Nodes that were registered otherwise are none of its business. */
export class KeyList {
  /** Absent before there is a list: nobody is refused for its sake then. */
  #keys: ReadonlySet<string> | undefined;

  /** Whether the list has nothing against this node. */
  admits(node: Node): boolean {
    if (!this.#keys || node.ownerName !== LISTED.ownerName) return true;
    return this.#keys.has(nameOf(node.publicKey));
  }

  /** From now on these keys are listed and no others. */
  replace(keys: readonly Uint8Array[]): void {
    this.#keys = new Set(keys.map(nameOf));
  }
}

/**
 * Makes these the keys that are listed: a new one is a registered node from now on, the node of one that was there
 * before may come back, and the node of one that is not there any more is cut off, in the middle of its calls.
 */
export async function applyKeyList(link: Link, keys: readonly Uint8Array[]): Promise<void> {
  await change(link, async (tx, afterwards) => {
    for (const key of keys) await register(link, { tx, afterwards }, key);
    const listed = new KeyList();
    listed.replace(keys);
    const gone = (await tx.nodes()).filter((node) => !listed.admits(node) && link.keyList.admits(node));
    for (const node of gone) {
      await changeNodeOf(link, { tx, afterwards }, { node, event: { kind: "deactivate" } });
      if (node.status !== "online") continue;
      afterwards(() => link.log.info(`SuperNode ${node.nodeId} is cut off: its key is not listed any more`));
    }
    afterwards(() => {
      link.keyList.replace(keys);
      for (const { nodeId } of gone) cutOff(link, nodeId);
    });
  });
}

async function register(link: Link, changing: Changing, publicKey: Uint8Array): Promise<void> {
  const { tx, afterwards } = changing;
  const known = await tx.nodeByKey(publicKey);
  if (!known || known.status === "unregistered" && link.allowKeyReuse) {
    const node = { ...LISTED, publicKey, heartbeatIntervalS: DEFAULT_HEARTBEAT_INTERVAL_S };
    const nodeId = await addNode(link, tx, node);
    const key = createHash("sha256").update(publicKey).digest("hex").slice(0, 16);
    afterwards(() => link.log.info(`Registered SuperNode ${nodeId}: its key ${key} is listed`));
  } else if (known.status === "unregistered") {
    afterwards(() =>
      link.log.warn(
        `The key of SuperNode ${known.nodeId} was unregistered and stays refused, although it is listed`,
      )
    );
  } else if (known.ownerName !== LISTED.ownerName) {
    // Whoever takes it from the list means that it shall not come any more, however it was registered.
    await tx.putNode({ ...known, ...LISTED });
  }
}

function nameOf(publicKey: Uint8Array): string {
  return Buffer.from(publicKey).toString("latin1");
}
