import type { ContentFiles } from "../io/ports.ts";
import type { MessageId, NodeId, ObjectId, RunId } from "../model/ids.ts";
import type { ObjectTree } from "../model/object_tree.ts";
import { KeyedLock } from "./keyed_lock.ts";
import { closureBelow, membersWith, TreeTooLargeError } from "./object_closure.ts";
import type { Acceptance, Announced, Announcement, Reading, Sweeping } from "./object_results.ts";
import type { Member, Parcel, Store, Transaction } from "./store.ts";

export type * from "./object_results.ts";

/** What the exchange has to know about the bytes of an object. */
export interface ObjectFormat {
  /** The id that these bytes have. */
  idOf(content: Uint8Array): ObjectId | Promise<ObjectId>;
  /** The ids that the head names. @throws {Error} whose message says what is wrong with the structure */
  childrenOf(content: Uint8Array): readonly ObjectId[];
}

/** One object as its sender uploads it. */
export interface Upload {
  readonly run: RunId;
  readonly sender: NodeId;
  readonly objectId: ObjectId;
  readonly content: Uint8Array;
}

/** How many messages are let go in one transaction, so that other work gets a turn in between. */
const RELEASE_BATCH = 100;

/**
 * Objects on their way from one peer of a run to another, stored once however many messages share them.
 *
 * A peer reads an object only through a message that it sent, or that was sent to it and is complete. Knowing an
 * id gives nothing: it is asked for again in each run and from each sender, until the bytes came from there.
 * Rows change in transactions of the store; a content's file is written before its row and removed after it,
 * both under a lock on the content, so that a row never stands without its file.
 */
export class ObjectExchange {
  readonly #store: Store;
  readonly #files: ContentFiles;
  readonly #format: ObjectFormat;
  readonly #locks = new KeyedLock();

  constructor({ store, files, format }: { store: Store; files: ContentFiles; format: ObjectFormat }) {
    this.#store = store;
    this.#files = files;
    this.#format = format;
  }

  /**
   * Notes, within the caller's transaction, that `src` is about to push these objects (and the message's own) for
   * a message. Saying it again changes nothing and tells what is missing now. Ids are taken as they come.
   * @throws {TreeTooLargeError} when every object is held and together they make no message
   */
  async announce(tx: Transaction, message: Announced, objects: readonly ObjectId[]): Promise<Announcement> {
    const { runId, messageId, src, dst } = message;
    const before = await tx.parcel(runId, messageId);
    if (before && (before.src !== src || before.dst !== dst)) return { kind: "taken" };
    if (before?.complete) return { kind: "announced", missing: [], complete: true };
    if (!before) await tx.putParcel({ runId, messageId, src, dst, complete: false });
    await tx.addMembers(
      runId,
      messageId,
      await membersWith(tx, [messageId, ...objects], { run: runId, src }),
    );
    const members = await tx.members(runId, messageId);
    const missing = members.filter((member) => member.missing).map(({ objectId }) => objectId);
    const complete = await completeIfClosed(tx, { runId, messageId, src, dst, complete: false }, members);
    return { kind: "announced", missing: complete ? [] : missing, complete: complete !== undefined };
  }

  /**
   * Takes an object from its sender. It is kept when a message of the sender in this run misses it; what its head
   * names is then asked for, too. Messages that miss nothing any more become complete, also in their
   * `StoredMessage`; the caller wakes who waits for them.
   * @throws {StorageFullError} when there is no room; nothing changed then
   */
  async accept(upload: Upload): Promise<Acceptance> {
    const { objectId, content } = upload;
    if (await this.#format.idOf(content) !== objectId) return { kind: "hashMismatch" };
    let children: readonly ObjectId[];
    try {
      children = this.#format.childrenOf(content);
    } catch (error) {
      return { kind: "malformed", reason: error instanceof Error ? error.message : String(error) };
    }
    const { acceptance, gone } = await this.#locks.run(objectId, () => this.#keep(upload, children));
    await this.discard(gone);
    return acceptance;
  }

  /** What `peer` may see of an object in a run. The content stands in `into`, when that is given and large enough. */
  async read(run: RunId, peer: NodeId, objectId: ObjectId, into?: Uint8Array): Promise<Reading> {
    const view = await this.#view(run, peer, objectId);
    if (view !== "held") return { kind: view };
    try {
      return { kind: "content", content: await this.#files.read(objectId, into) };
    } catch (error) {
      // A release between the look and the read takes the file away; that is no fault.
      const viewNow = await this.#view(run, peer, objectId);
      if (viewNow === "held") throw error;
      return { kind: viewNow };
    }
  }

  /** The tree of a complete message, as the uploaded heads make it; absent for any other. */
  async tree(tx: Transaction, run: RunId, message: MessageId): Promise<ObjectTree | undefined> {
    if (!(await tx.parcel(run, message))?.complete) return undefined;
    return closureBelow(message, await headsOf(tx, await tx.members(run, message)))?.tree;
  }

  /** Lets a complete message's objects go because `receiver` has them; `unknown` when it was not sent to it. */
  async confirm(run: RunId, receiver: NodeId, message: MessageId): Promise<"confirmed" | "unknown"> {
    const { outcome, gone } = await this.#store.transaction(async (tx) => {
      const parcel = await tx.parcel(run, message);
      if (!parcel?.complete || parcel.dst !== receiver) return { outcome: "unknown" as const, gone: [] };
      return { outcome: "confirmed" as const, gone: await tx.deleteParcel(run, message) };
    });
    await this.discard(gone);
    return outcome;
  }

  /** Lets the objects of one message go. */
  async release(run: RunId, message: MessageId): Promise<void> {
    await this.discard(await this.#store.transaction((tx) => this.releaseIn(tx, run, message)));
  }

  /**
   * As {@link release}, within the caller's transaction. The caller passes the ids it gets to {@link discard} once
   * the transaction is over; a crash in between leaves files that {@link sweep} finds.
   */
  releaseIn(tx: Transaction, run: RunId, message: MessageId): Promise<ObjectId[]> {
    return tx.deleteParcel(run, message);
  }

  /** Lets the objects of all messages of a run go, and with them the room that they took. */
  async releaseRun(run: RunId): Promise<void> {
    while (true) {
      const gone = await this.#store.transaction(async (tx) => {
        const parcels = (await tx.parcelsOfRun(run)).slice(0, RELEASE_BATCH);
        const ids: ObjectId[] = [];
        for (const { messageId } of parcels) ids.push(...await tx.deleteParcel(run, messageId));
        return parcels.length === 0 ? undefined : ids;
      });
      if (!gone) break;
      await this.discard(gone);
    }
    await this.#files.tidy();
    await this.#store.compact();
  }

  /** Removes the files of contents whose row went, unless the content came back in the meantime. */
  async discard(objects: readonly ObjectId[]): Promise<void> {
    for (const objectId of objects) {
      await this.#locks.run(objectId, () => this.#removeUnlessStored(objectId));
    }
  }

  /** At start, before the first call: removes files that have no row, gives up messages whose files are gone. */
  async sweep(): Promise<Sweeping> {
    const rows = new Set(await this.#store.transaction((tx) => tx.contentIds()));
    const orphans: ObjectId[] = [];
    for await (const id of this.#files.list()) {
      if (!rows.delete(id)) orphans.push(id);
    }
    const lost: Parcel[] = [];
    for (const id of rows) lost.push(...await this.#giveUp(id));
    await this.discard(orphans);
    return { removed: orphans.length, lost };
  }

  async #view(run: RunId, peer: NodeId, objectId: ObjectId): Promise<"held" | "announced" | "unknown"> {
    return await this.#store.transaction(async (tx) => {
      if ((await tx.held(run, peer, [objectId])).length > 0) return "held";
      return await tx.announced(run, peer, objectId) ? "announced" : "unknown";
    });
  }

  /** Puts bytes that are what they say on disk and in the rows. The caller has the lock on the object. */
  async #keep(upload: Upload, children: readonly ObjectId[]): Promise<Kept> {
    const { objectId, content } = upload;
    const refusal = await this.#store.transaction((tx) => refusalOf(tx, upload));
    if (refusal) return { acceptance: refusal, gone: [] };
    let stays = false;
    try {
      await this.#files.write(objectId, content);
      const kept = await this.#store.transaction((tx) => keepRow(tx, upload, children));
      stays = kept.acceptance.kind === "stored" && !kept.gone.includes(objectId);
      return kept;
    } catch (error) {
      if (!(error instanceof TreeTooLargeError)) throw error;
      return { acceptance: { kind: "malformed", reason: error.message }, gone: [] };
    } finally {
      if (!stays) await this.#removeUnlessStored(objectId);
    }
  }

  /** Lets every message go that needs a content whose bytes are gone; gives these messages. */
  async #giveUp(objectId: ObjectId): Promise<Parcel[]> {
    const { parcels, gone } = await this.#store.transaction(async (tx) => {
      const parcels = await tx.parcelsHolding(objectId);
      const gone: ObjectId[] = [];
      for (const { runId, messageId } of parcels) gone.push(...await tx.deleteParcel(runId, messageId));
      return { parcels, gone };
    });
    await this.discard(gone);
    return parcels;
  }

  /** The caller has the lock on the object. */
  async #removeUnlessStored(objectId: ObjectId): Promise<void> {
    const stored = await this.#store.transaction((tx) => tx.content(objectId));
    if (!stored) await this.#files.remove(objectId);
  }
}

/** What became of an upload, and the contents whose row went because no message needs them after all. */
interface Kept {
  readonly acceptance: Acceptance;
  readonly gone: readonly ObjectId[];
}

async function keepRow(tx: Transaction, upload: Upload, children: readonly ObjectId[]): Promise<Kept> {
  // The message may have been let go while the file was written.
  const refusal = await refusalOf(tx, upload);
  if (refusal) return { acceptance: refusal, gone: [] };
  const { run, sender, objectId, content } = upload;
  await tx.putContent({ objectId, sizeBytes: content.length, children });
  const members = await membersWith(tx, children, { run, src: sender });
  const completed: Parcel[] = [];
  const gone: ObjectId[] = [];
  for (const parcel of await tx.arrive(run, sender, objectId, members)) {
    const surplus = await completeIfClosed(tx, parcel, await tx.members(run, parcel.messageId));
    if (!surplus) continue;
    completed.push({ ...parcel, complete: true });
    gone.push(...surplus);
  }
  return { acceptance: { kind: "stored", completed }, gone };
}

/** Why an upload is not needed; undefined when it is. */
async function refusalOf(
  tx: Transaction,
  { run, sender, objectId }: Upload,
): Promise<Acceptance | undefined> {
  if (await tx.isAwaited(run, sender, objectId)) return undefined;
  const isHeld = (await tx.held(run, sender, [objectId])).length > 0;
  return { kind: isHeld ? "alreadyThere" : "notAnnounced" };
}

/**
 * Shows a message to its receiver when everything its heads lead to is uploaded, and takes out what they do not
 * lead to. Gives the contents whose row went by that; undefined when the message is not complete.
 */
async function completeIfClosed(
  tx: Transaction,
  parcel: Parcel,
  members: readonly Member[],
): Promise<ObjectId[] | undefined> {
  const { runId, messageId } = parcel;
  if (members.some(({ objectId, missing }) => missing && objectId === messageId)) return undefined;
  const closure = closureBelow(messageId, await headsOf(tx, members));
  if (!closure) return undefined;
  const surplus = members.map(({ objectId }) => objectId).filter((id) => !closure.objects.has(id));
  const gone = surplus.length > 0 ? await tx.deleteMembers(runId, messageId, surplus) : [];
  await tx.putParcel({ ...parcel, complete: true });
  const message = await tx.message(runId, messageId);
  if (message && !message.complete) await tx.putMessage({ ...message, complete: true });
  return gone;
}

/** What the head of each member names, for those that are not missing. */
async function headsOf(
  tx: Transaction,
  members: readonly Member[],
): Promise<Map<ObjectId, readonly ObjectId[]>> {
  // A missing one may have a content, too: another run's, which must not show.
  const ids = members.filter(({ missing }) => !missing).map(({ objectId }) => objectId);
  return new Map((await tx.contents(ids)).map(({ objectId, children }) => [objectId, children]));
}
