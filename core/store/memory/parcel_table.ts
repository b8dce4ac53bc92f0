import type { MessageId, ObjectId, RunId } from "../../model/ids.ts";
import type { Member, Parcel } from "../store.ts";
import { type Journal, Table } from "./journal.ts";

/** One parcel and, by object, whether the object is missing. */
export interface Entry {
  /** Rises with each parcel put for the first time. */
  readonly order: number;
  readonly parcel: Parcel;
  readonly members: Table<ObjectId, boolean>;
}

/** Parcels by run and message, and by the objects in them. */
export class ParcelTable {
  readonly #journal: Journal;
  readonly #byRun: Table<RunId, Table<MessageId, Entry>>;
  readonly #byObject: Table<ObjectId, Table<Entry["members"], Entry>>;

  #lastOrder = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#byRun = new Table(journal);
    this.#byObject = new Table(journal);
  }

  get(run: RunId, message: MessageId): Entry | undefined {
    return this.#byRun.get(run)?.get(message);
  }

  /** In order of announcement. */
  ofRun(run: RunId): Entry[] {
    return inOrder(this.#byRun.get(run)?.values() ?? []);
  }

  runs(): RunId[] {
    return [...this.#byRun.keys()];
  }

  /** Entries with the object as a member, missing or not. */
  using(object: ObjectId): Iterable<Entry> {
    return this.#byObject.get(object)?.values() ?? [];
  }

  isHeld(object: ObjectId): boolean {
    for (const { members } of this.using(object)) if (members.get(object) === false) return true;
    return false;
  }

  put(parcel: Parcel): void {
    const ofRun = this.#byRun.getOrSet(parcel.runId, () => new Table(this.#journal));
    const before = ofRun.get(parcel.messageId);
    const entry = {
      order: before?.order ?? ++this.#lastOrder,
      parcel,
      members: before?.members ?? new Table<ObjectId, boolean>(this.#journal),
    };
    ofRun.set(parcel.messageId, entry);
    for (const object of entry.members.keys()) this.#byObject.get(object)?.set(entry.members, entry);
  }

  /** Gives the objects that were members. */
  delete(run: RunId, message: MessageId): ObjectId[] {
    const ofRun = this.#byRun.get(run);
    const entry = ofRun?.get(message);
    if (!ofRun || !entry) return [];
    const objects = [...entry.members.keys()];
    for (const object of objects) this.#forgetUse(object, entry);
    ofRun.delete(message);
    if (ofRun.size === 0) this.#byRun.delete(run);
    return objects;
  }

  addMembers(run: RunId, message: MessageId, members: readonly Member[]): void {
    const entry = this.get(run, message);
    if (!entry) return;
    for (const { objectId, missing } of members) {
      if (entry.members.has(objectId)) continue;
      entry.members.set(objectId, missing);
      this.#byObject.getOrSet(objectId, () => new Table(this.#journal)).set(entry.members, entry);
    }
  }

  /** Gives those of `objects` that were members. */
  deleteMembers(run: RunId, message: MessageId, objects: readonly ObjectId[]): ObjectId[] {
    const entry = this.get(run, message);
    if (!entry) return [];
    const present = [...new Set(objects)].filter((object) => entry.members.has(object));
    for (const object of present) {
      entry.members.delete(object);
      this.#forgetUse(object, entry);
    }
    return present;
  }

  #forgetUse(object: ObjectId, entry: Entry): void {
    const users = this.#byObject.get(object);
    users?.delete(entry.members);
    if (users?.size === 0) this.#byObject.delete(object);
  }
}

/** The entries in order of announcement. */
export function inOrder(entries: Iterable<Entry>): Entry[] {
  return [...entries].sort((a, b) => a.order - b.order);
}
