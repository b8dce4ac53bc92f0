import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryContentFiles } from "../../core/io/memory_content_files.ts";
import { type ContentFiles, StorageFullError } from "../../core/io/ports.ts";
import type { Store } from "../../core/store/store.ts";
import { all, ExchangeWorld, type Thing, thing, thingFormat } from "./exchange_world.ts";
import { aMessage } from "./store_rows.ts";

const RUN = 7n;
const OTHER_RUN = 8n;
const LINK = 1n;
const A = 11n;
const B = 2n ** 64n - 2n;
const TO_A = { run: RUN, src: LINK, dst: A };
const TO_B = { run: RUN, src: LINK, dst: B };
const FROM_A = { run: RUN, src: A, dst: LINK };
const FROM_B = { run: RUN, src: B, dst: LINK };

type Check = (what: string, work: (world: ExchangeWorld) => Promise<void>) => void;

/** What an exchange of objects must do over every store. `open` gives an empty one. */
export function exchangeSuite(name: string, open: () => Promise<Store>): void {
  const check: Check = (what, work) =>
    Deno.test(`${name}: ${what}`, async () => {
      const store = await open();
      try {
        await work(new ExchangeWorld(store));
      } finally {
        await store.close();
      }
    });
  delivery(check);
  isolation(check);
  honesty(check);
  lettingGo(check);
  trouble(check);
}

function delivery(check: Check): void {
  check("a message can be read by its two peers once all of it is there", async (world) => {
    const chunk = thing("chunk");
    const root = thing("message", thing("record", chunk));
    const announced = await world.announce(root, TO_A);
    assert(announced.kind === "announced" && !announced.complete);
    assertEquals(new Set(announced.missing), new Set(all(root).map(({ id }) => id)));
    assertEquals(await world.push(RUN, LINK, chunk), { kind: "stored", completed: [] });
    assertEquals(await world.seen(RUN, chunk, [LINK, A, B]), ["content", "announced", "unknown"]);
    await world.push(RUN, LINK, root.children[0]);
    const last = await world.push(RUN, LINK, root);
    const parcel = { runId: RUN, messageId: root.id, src: LINK, dst: A, complete: true };
    assertEquals(last, { kind: "stored", completed: [parcel] });
    assertEquals(await world.seen(RUN, chunk, [LINK, A, B]), ["content", "content", "unknown"]);
    assertEquals(await world.read(RUN, A, chunk), { kind: "content", content: chunk.content });
  });

  check("objects may come in any order; a head asks for what it names", async (world) => {
    const [x, y] = [thing("x"), thing("y")];
    const root = thing("message", x, y);
    await world.announce(root, TO_A, [root]);
    assertEquals(await world.push(RUN, LINK, x), { kind: "notAnnounced" });
    assertEquals(await world.push(RUN, LINK, root), { kind: "stored", completed: [] });
    assertEquals((await world.push(RUN, LINK, y)).kind, "stored");
    const last = await world.push(RUN, LINK, x);
    assert(last.kind === "stored" && last.completed.length === 1);
  });

  check("what is announced beyond what the heads lead to neither blocks nor stays", async (world) => {
    const [surplus, never] = [thing("surplus"), thing("never pushed")];
    const root = thing("message", thing("x"));
    await world.announce(root, TO_A, [...all(root), surplus, never]);
    await world.push(RUN, LINK, surplus);
    await world.push(RUN, LINK, root.children[0]);
    const last = await world.push(RUN, LINK, root);
    assert(last.kind === "stored" && last.completed.length === 1);
    assertEquals(await world.seen(RUN, surplus, [LINK, A]), ["unknown", "unknown"]);
    assertEquals(await world.push(RUN, LINK, never), { kind: "notAnnounced" });
    const ids = all(root).map(({ id }) => id).sort();
    assertEquals(await world.kept(), { rows: ids, files: ids });
  });

  check("a broadcast is asked for once and completes each message by its own object", async (world) => {
    const record = thing("record", thing("chunk"));
    const roots = [thing("to a", record), thing("to b", record)];
    await world.announce(roots[0], TO_A);
    await world.announce(roots[1], TO_B);
    for (const each of all(record)) await world.push(RUN, LINK, each);
    for (const root of roots) {
      const done = await world.push(RUN, LINK, root);
      assert(done.kind === "stored");
      assertEquals(done.completed.map(({ messageId }) => messageId), [root.id]);
    }
    const third = thing("again to a", record);
    const announced = await world.announce(third, TO_A);
    assertEquals(announced, { kind: "announced", missing: [third.id], complete: false });
  });

  check("announcing again changes nothing and tells what is missing", async (world) => {
    const root = thing("message", thing("x"));
    await world.announce(root, TO_A);
    await world.push(RUN, LINK, root.children[0]);
    assertEquals(await world.announce(root, TO_A), {
      kind: "announced",
      missing: [root.id],
      complete: false,
    });
    await world.push(RUN, LINK, root);
    assertEquals(await world.announce(root, TO_A), { kind: "announced", missing: [], complete: true });
  });

  check("a message of held objects is complete at once", async (world) => {
    const inner = thing("inner", thing("x"));
    await world.send(thing("outer", inner), TO_A);
    const announced = await world.announce(inner, TO_B, [inner]);
    assertEquals(announced, { kind: "announced", missing: [], complete: true });
    assertEquals(await world.seen(RUN, inner.children[0], [B]), ["content"]);
  });

  check("a node may send on what it was sent", async (world) => {
    const record = thing("record", thing("x"));
    await world.send(thing("to a", record), TO_A);
    const reply = thing("from a", record);
    const announced = await world.announce(reply, FROM_A);
    assertEquals(announced, { kind: "announced", missing: [reply.id], complete: false });
    const pushed = await world.push(RUN, A, reply);
    assert(pushed.kind === "stored" && pushed.completed.length === 1);
  });

  check("the stored message becomes complete in the same step", async (world) => {
    const root = thing("message");
    await world.announce(root, TO_A);
    await world.store.transaction((tx) => tx.putMessage(aMessage(RUN, root.id, { complete: false })));
    await world.push(RUN, LINK, root);
    const message = await world.store.transaction((tx) => tx.message(RUN, root.id));
    assertEquals([message?.complete, message?.sequence], [true, 1]);
  });

  check("the tree is that of the heads, with shared objects under each parent", async (world) => {
    const shared = thing("shared");
    const root = thing("message", thing("left", shared), thing("right", shared));
    await world.announce(root, TO_A);
    const tree = () => world.store.transaction((tx) => world.exchange.tree(tx, RUN, root.id));
    assertEquals(await tree(), undefined);
    await world.send(root, TO_A);
    const expected = (each: Thing): unknown => ({ objectId: each.id, children: each.children.map(expected) });
    assertEquals(await tree(), expected(root) as never);
  });
}

function isolation(check: Check): void {
  check("another run can neither read nor probe an object, nor use it by its id", async (world) => {
    const secret = thing("secret");
    await world.send(thing("message", secret), TO_A);
    assertEquals(await world.seen(OTHER_RUN, secret, [LINK, A]), ["unknown", "unknown"]);
    const bait = thing("bait", secret);
    const announced = await world.announce(bait, { ...TO_A, run: OTHER_RUN });
    assert(announced.kind === "announced");
    assertEquals(new Set(announced.missing), new Set([bait.id, secret.id]));
    assertEquals(await world.seen(OTHER_RUN, secret, [LINK, A]), ["announced", "announced"]);
    assertEquals(await world.push(OTHER_RUN, LINK, bait), { kind: "stored", completed: [] });
    assertEquals(await world.seen(OTHER_RUN, secret, [LINK, A]), ["announced", "announced"]);
  });

  check("another run can neither confirm nor release a message", async (world) => {
    const root = thing("message");
    await world.send(root, TO_A);
    assertEquals(await world.exchange.confirm(OTHER_RUN, A, root.id), "unknown");
    await world.exchange.release(OTHER_RUN, root.id);
    await world.exchange.releaseRun(OTHER_RUN);
    assertEquals(await world.seen(RUN, root, [A]), ["content"]);
  });

  check("only the receiver of a complete message confirms it", async (world) => {
    const root = thing("message");
    await world.announce(root, TO_A);
    assertEquals(await world.exchange.confirm(RUN, A, root.id), "unknown");
    await world.push(RUN, LINK, root);
    for (const peer of [LINK, B]) assertEquals(await world.exchange.confirm(RUN, peer, root.id), "unknown");
    assertEquals(await world.exchange.confirm(RUN, A, root.id), "confirmed");
    assertEquals(await world.exchange.confirm(RUN, A, root.id), "unknown");
    assertEquals(await world.kept(), { rows: [], files: [] });
  });

  check("a node cannot read another's upload by announcing its id", async (world) => {
    const secret = thing("secret");
    await world.send(thing("from a", secret), FROM_A);
    const announced = await world.announce(thing("from b", secret), FROM_B);
    assert(announced.kind === "announced" && announced.missing.includes(secret.id));
    assertEquals(await world.seen(RUN, secret, [LINK, A, B]), ["content", "content", "announced"]);
  });

  check("a node cannot read another's upload by a head that names it", async (world) => {
    const secret = thing("secret");
    await world.send(thing("from a", secret), FROM_A);
    const bait = thing("bait", secret);
    await world.announce(bait, FROM_B, [bait]);
    assertEquals(await world.push(RUN, B, bait), { kind: "stored", completed: [] });
    assertEquals(await world.seen(RUN, secret, [B]), ["announced"]);
    assertEquals(await world.announce(bait, FROM_B), {
      kind: "announced",
      missing: [secret.id],
      complete: false,
    });
  });

  check("pushing the same bytes again proves that a peer has them", async (world) => {
    const shared = thing("shared");
    await world.send(thing("from a", shared), FROM_A);
    await world.announce(thing("from b", shared), FROM_B);
    assertEquals(await world.push(RUN, B, shared), { kind: "stored", completed: [] });
    assertEquals(await world.push(RUN, B, shared), { kind: "alreadyThere" });
    assertEquals(await world.seen(RUN, shared, [A, B]), ["content", "content"]);
  });

  check("a node reads nothing of a message to another, nor of one still coming", async (world) => {
    const record = thing("record");
    await world.send(thing("to a", record), TO_A);
    assertEquals(await world.seen(RUN, record, [A, B]), ["content", "unknown"]);
    await world.announce(thing("to b", record), TO_B);
    assertEquals(await world.seen(RUN, record, [B]), ["announced"]);
  });

  check("a message cannot be announced by another than its sender", async (world) => {
    const root = thing("message", thing("x"));
    await world.announce(root, FROM_A);
    assertEquals(await world.announce(root, FROM_B), { kind: "taken" });
    assertEquals(await world.announce(root, { ...FROM_A, dst: B }), { kind: "taken" });
    assertEquals(await world.push(RUN, B, root), { kind: "notAnnounced" });
    assertEquals((await world.announce(root, { ...FROM_B, run: OTHER_RUN })).kind, "announced");
  });
}

function honesty(check: Check): void {
  check("bytes with another hash change nothing, before and after the right ones", async (world) => {
    const root = thing("message");
    await world.announce(root, TO_A);
    const forged = { ...root, content: thing("forged").content };
    assertEquals(await world.push(RUN, LINK, forged), { kind: "hashMismatch" });
    await world.push(RUN, LINK, root);
    assertEquals(await world.push(RUN, LINK, forged), { kind: "hashMismatch" });
    assertEquals(await world.read(RUN, A, root), { kind: "content", content: root.content });
  });

  check("bytes that are no object are refused with the reason", async (world) => {
    const content = new TextEncoder().encode("nothing");
    const nothing = { id: await thingFormat.idOf(content), content, children: [] };
    await world.announce(nothing, TO_A);
    assertEquals(await world.push(RUN, LINK, nothing), { kind: "malformed", reason: "no divider" });
    assertEquals(await world.kept(), { rows: [], files: [] });
  });

  check("objects nobody announced leave nothing behind", async (world) => {
    assertEquals(await world.push(RUN, LINK, thing("x")), { kind: "notAnnounced" });
    assertEquals(await world.kept(), { rows: [], files: [] });
  });

  check("a message that would be written out without end is refused", async (world) => {
    let top = thing("bottom");
    for (let level = 0; level < 24; level++) top = thing(`level ${level}`, thing("l", top), thing("r", top));
    await world.announce(top, TO_A);
    for (const each of all(top).slice(0, -1)) await world.push(RUN, LINK, each);
    const last = await world.push(RUN, LINK, top);
    assert(last.kind === "malformed" && last.reason.includes("at most"), last.kind);
    assertEquals(await world.seen(RUN, top, [LINK, A]), ["announced", "announced"]);
  });

  check("a message that nests too deep is refused", async (world) => {
    let top = thing("bottom");
    for (let level = 0; level < 70; level++) top = thing(`level ${level}`, top);
    await world.announce(top, TO_A);
    for (const each of all(top).slice(0, -1)) await world.push(RUN, LINK, each);
    assertEquals((await world.push(RUN, LINK, top)).kind, "malformed");
  });
}

function lettingGo(check: Check): void {
  check("a content goes with the last message that needs it", async (world) => {
    const shared = thing("shared");
    const [one, two] = [thing("one", shared), thing("two", shared)];
    await world.send(one, TO_A);
    await world.send(two, { ...TO_B, run: OTHER_RUN });
    await world.exchange.release(RUN, one.id);
    assertEquals(await world.seen(OTHER_RUN, shared, [B]), ["content"]);
    assertEquals(await world.seen(RUN, shared, [LINK, A]), ["unknown", "unknown"]);
    await world.exchange.release(OTHER_RUN, two.id);
    assertEquals(await world.kept(), { rows: [], files: [] });
  });

  check("an announcement alone keeps no content of another run", async (world) => {
    const shared = thing("shared");
    await world.announce(thing("waits", shared), { ...TO_B, run: OTHER_RUN });
    await world.send(thing("one", shared), TO_A);
    await world.exchange.releaseRun(RUN);
    assertEquals(await world.kept(), { rows: [], files: [] });
  });

  check("with a run go all its messages, complete or not, and only its", async (world) => {
    for (let index = 0; index < 250; index++) {
      await world.announce(thing(`waiting ${index}`, thing("shared")), TO_A);
    }
    await world.send(thing("done", thing("shared")), TO_A);
    await world.send(thing("other", thing("shared")), { ...TO_A, run: OTHER_RUN });
    await world.exchange.releaseRun(RUN);
    const runs = await world.store.transaction((tx) => tx.runsWithParcels());
    assertEquals(runs, [OTHER_RUN]);
    assertEquals((await world.kept()).files.length, 2);
  });

  check("a release within a transaction that fails lets nothing go", async (world) => {
    const root = thing("message");
    await world.send(root, TO_A);
    await assertRejects(() =>
      world.store.transaction(async (tx) => {
        await world.exchange.releaseIn(tx, RUN, root.id);
        throw new Error("no");
      })
    );
    assertEquals(await world.seen(RUN, root, [A]), ["content"]);
    const gone = await world.store.transaction((tx) => world.exchange.releaseIn(tx, RUN, root.id));
    assertEquals(gone, [root.id]);
    await world.exchange.discard(gone);
    assertEquals(await world.kept(), { rows: [], files: [] });
  });

  check("a sweep removes files without rows and gives up messages without files", async (world) => {
    const [whole, broken] = [thing("whole"), thing("broken", thing("lost"), thing("left over"))];
    await world.send(whole, TO_A);
    await world.send(broken, TO_B);
    await world.files.write(thing("orphan").id, thing("orphan").content);
    await world.files.remove(broken.children[0].id);
    const { removed, lost } = await world.exchange.sweep();
    assertEquals([removed, lost.map(({ messageId }) => messageId)], [1, [broken.id]]);
    assertEquals(await world.kept(), { rows: [whole.id], files: [whole.id] });
    assertEquals(await world.exchange.sweep(), { removed: 0, lost: [] });
  });
}

function trouble(check: Check): void {
  check("a content that is released while it is uploaded again keeps its file", async (world) => {
    const shared = thing("shared");
    const slow = new GatedFiles();
    const gated = new ExchangeWorld(world.store, slow);
    const first = thing("first", shared);
    await gated.send(first, TO_A);
    await gated.announce(thing("second", shared), FROM_B);
    slow.close();
    const pushing = gated.push(RUN, B, shared);
    const releasing = gated.exchange.release(RUN, first.id);
    slow.open();
    assertEquals(await pushing, { kind: "stored", completed: [] });
    await releasing;
    assertEquals(await gated.read(RUN, B, shared), { kind: "content", content: shared.content });
  });

  check("an upload whose message is released meanwhile leaves nothing behind", async (world) => {
    const slow = new GatedFiles();
    const gated = new ExchangeWorld(world.store, slow);
    const root = thing("message");
    await gated.announce(root, TO_A);
    slow.close();
    const pushing = gated.push(RUN, LINK, root);
    await slow.reached;
    await gated.store.transaction((tx) => gated.exchange.releaseIn(tx, RUN, root.id));
    slow.open();
    assertEquals(await pushing, { kind: "notAnnounced" });
    assertEquals(await gated.kept(), { rows: [], files: [] });
  });

  check("a full disk reaches the sender and changes nothing", async (world) => {
    const files = memoryContentFiles();
    const write = files.write;
    let isFull = true;
    files.write = (id, content) =>
      isFull ? Promise.reject(new StorageFullError("no room")) : write(id, content);
    const full = new ExchangeWorld(world.store, files);
    const root = thing("message");
    await full.announce(root, TO_A);
    await assertRejects(() => full.push(RUN, LINK, root), StorageFullError);
    assertEquals(await full.seen(RUN, root, [LINK, A]), ["announced", "announced"]);
    isFull = false;
    assertEquals((await full.push(RUN, LINK, root)).kind, "stored");
  });

  check("many peers at once that share contents lose none", async (world) => {
    const shared = Array.from({ length: 5 }, (_, index) => thing(`shared ${index}`));
    const peers = Array.from({ length: 12 }, (_, index) => BigInt(100 + index));
    await Promise.all(peers.map(async (peer, index) => {
      const root = thing(`of ${peer}`, ...shared.slice(index % 3));
      await world.send(root, { run: RUN, src: peer, dst: LINK });
      for (const each of all(root)) assertEquals((await world.read(RUN, LINK, each)).kind, "content");
      assertEquals(await world.exchange.confirm(RUN, LINK, root.id), "confirmed");
    }));
    assertEquals(await world.kept(), { rows: [], files: [] });
  });
}

/** Contents in memory whose writes can be made to wait. */
class GatedFiles implements ContentFiles {
  readonly #files = memoryContentFiles();
  #gate = Promise.withResolvers<void>();
  #reached = Promise.withResolvers<void>();

  constructor() {
    this.open();
  }

  /** Resolves when a write waits. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  close(): void {
    this.#gate = Promise.withResolvers();
    this.#reached = Promise.withResolvers();
  }

  open(): void {
    this.#gate.resolve();
  }

  async write(id: string, content: Uint8Array): Promise<void> {
    this.#reached.resolve();
    await this.#gate.promise;
    await this.#files.write(id, content);
  }

  read(id: string): Promise<Uint8Array> {
    return this.#files.read(id);
  }

  tidy(): Promise<void> {
    return this.#files.tidy();
  }

  remove(id: string): Promise<void> {
    return this.#files.remove(id);
  }

  list(): AsyncIterable<string> {
    return this.#files.list();
  }
}
