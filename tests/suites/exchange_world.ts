import { createHash } from "node:crypto";
import { memoryContentFiles } from "../../core/io/memory_content_files.ts";
import type { ContentFiles } from "../../core/io/ports.ts";
import type { NodeId, ObjectId, RunId } from "../../core/model/ids.ts";
import { type Acceptance, type Announcement, ObjectExchange } from "../../core/store/object_exchange.ts";
import type { ObjectFormat, Reading } from "../../core/store/object_exchange.ts";
import type { Store } from "../../core/store/store.ts";

/** An object made for a test: its text is `child,child|body`. */
export interface Thing {
  readonly id: ObjectId;
  readonly content: Uint8Array;
  readonly children: readonly Thing[];
}

/** An object with this body and these children. */
export function thing(body: string, ...children: Thing[]): Thing {
  const content = new TextEncoder().encode(`${children.map(({ id }) => id).join(",")}|${body}`);
  return { id: idOf(content), content, children };
}

/** The object and everything below it, children first, each once. */
export function all(root: Thing): Thing[] {
  const found = new Map<ObjectId, Thing>();
  const visit = (each: Thing) => {
    if (found.has(each.id)) return;
    each.children.forEach(visit);
    found.set(each.id, each);
  };
  visit(root);
  return [...found.values()];
}

/** Reads what {@link thing} makes. */
export const thingFormat: ObjectFormat = {
  idOf,
  childrenOf(content) {
    const text = new TextDecoder().decode(content);
    if (!text.includes("|")) throw new Error("no divider");
    return text.slice(0, text.indexOf("|")).split(",").filter((id) => id !== "");
  },
};

function idOf(content: Uint8Array): ObjectId {
  return createHash("sha256").update(content).digest("hex");
}

/** From whom to whom, in which run. */
export interface Way {
  readonly run: RunId;
  readonly src: NodeId;
  readonly dst: NodeId;
}

/** An exchange over a store, with what peers do to it. */
export class ExchangeWorld {
  readonly exchange: ObjectExchange;

  constructor(readonly store: Store, readonly files: ContentFiles = memoryContentFiles()) {
    this.exchange = new ObjectExchange({ store, files, format: thingFormat });
  }

  announce(root: Thing, { run, src, dst }: Way, things: readonly Thing[] = all(root)): Promise<Announcement> {
    const message = { runId: run, messageId: root.id, src, dst };
    return this.store.transaction((tx) => this.exchange.announce(tx, message, things.map(({ id }) => id)));
  }

  push(run: RunId, sender: NodeId, { id, content }: Thing): Promise<Acceptance> {
    return this.exchange.accept({ run, sender, objectId: id, content });
  }

  /** Announces a message and pushes all of it. */
  async send(root: Thing, way: Way): Promise<void> {
    const announced = await this.announce(root, way);
    if (announced.kind === "taken") throw new Error("taken");
    for (const each of all(root)) {
      if (announced.missing.includes(each.id)) await this.push(way.run, way.src, each);
    }
  }

  read(run: RunId, peer: NodeId, { id }: Thing): Promise<Reading> {
    return this.exchange.read(run, peer, id);
  }

  /** What each of these peers sees of an object, in a word. */
  async seen(run: RunId, each: Thing, peers: readonly NodeId[]): Promise<string[]> {
    return await Promise.all(peers.map(async (peer) => (await this.read(run, peer, each)).kind));
  }

  /** The ids that have a row, and those that have bytes. */
  async kept(): Promise<{ rows: ObjectId[]; files: ObjectId[] }> {
    const rows = await this.store.transaction((tx) => tx.contentIds());
    return { rows: rows.sort(), files: (await Array.fromAsync(this.files.list())).sort() };
  }
}
