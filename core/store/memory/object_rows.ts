import type { NodeId, ObjectId, RunId } from "../../model/ids.ts";
import type { Member, ObjectRows, StoredContent } from "../store.ts";
import { type Journal, Table } from "./journal.ts";
import { type Entry, inOrder, ParcelTable } from "./parcel_table.ts";

/** {@link ObjectRows} in memory. */
export function objectRows(journal: Journal): ObjectRows {
  const contents = new Table<ObjectId, StoredContent>(journal);
  const parcels = new ParcelTable(journal);
  /** Forgets the contents among `ids` that no member holds any more. */
  const letGo = (ids: readonly ObjectId[]) => {
    const gone = ids.filter((id) => contents.has(id) && !parcels.isHeld(id));
    for (const id of gone) contents.delete(id);
    return Promise.resolve(gone);
  };
  return {
    ...contentRows(contents),
    ...parcelRows(parcels),
    ...memberRows(parcels, contents),
    deleteParcel: (run, message) => letGo(parcels.delete(run, message)),
    deleteMembers: (run, message, objects) => letGo(parcels.deleteMembers(run, message, objects)),
  };
}

type ContentRows = Pick<ObjectRows, "content" | "contents" | "putContent" | "contentIds">;

function contentRows(contents: Table<ObjectId, StoredContent>): ContentRows {
  return {
    content: (id) => Promise.resolve(contents.get(id)),
    contents: (ids) => Promise.resolve([...new Set(ids)].flatMap((id) => contents.get(id) ?? [])),
    putContent: (content) => Promise.resolve(contents.set(content.objectId, content)),
    contentIds: () => Promise.resolve([...contents.keys()]),
  };
}

type ParcelRows = Pick<
  ObjectRows,
  "parcel" | "parcelsOfRun" | "runsWithParcels" | "parcelsHolding" | "putParcel"
>;

function parcelRows(parcels: ParcelTable): ParcelRows {
  return {
    parcel: (run, message) => Promise.resolve(parcels.get(run, message)?.parcel),
    parcelsOfRun: (run) => Promise.resolve(parcels.ofRun(run).map((entry) => entry.parcel)),
    runsWithParcels: () => Promise.resolve(parcels.runs()),
    parcelsHolding: (object) =>
      Promise.resolve(
        inOrder(parcels.using(object)).filter(({ members }) => members.get(object) === false)
          .map(({ parcel }) => parcel),
      ),
    putParcel: (parcel) => Promise.resolve(parcels.put(parcel)),
  };
}

type MemberRows = Pick<
  ObjectRows,
  "members" | "addMembers" | "held" | "announced" | "isAwaited" | "arrive"
>;

function memberRows(parcels: ParcelTable, contents: Table<ObjectId, StoredContent>): MemberRows {
  return {
    members: (run, message) => Promise.resolve(membersOf(parcels.get(run, message))),
    addMembers: (run, message, members) => Promise.resolve(parcels.addMembers(run, message, members)),
    held: (run, peer, objects) =>
      Promise.resolve(
        [...new Set(objects)].filter((object) =>
          contents.has(object) &&
          some(parcels.using(object), (entry) => isHolding(entry, object, { run, peer }))
        ),
      ),
    announced: (run, peer, object) =>
      Promise.resolve(
        some(
          parcels.using(object),
          ({ parcel }) => parcel.runId === run && (parcel.src === peer || parcel.dst === peer),
        ),
      ),
    isAwaited: (run, src, object) =>
      Promise.resolve(some(parcels.using(object), (entry) => isAwaiting(entry, object, { run, src }))),
    arrive: (run, src, object, members) => {
      const awaiting = inOrder(parcels.using(object)).filter((entry) =>
        isAwaiting(entry, object, { run, src })
      );
      for (const entry of awaiting) {
        entry.members.set(object, false);
        parcels.addMembers(run, entry.parcel.messageId, members);
      }
      const rooted = awaiting.filter(({ parcel, members }) => members.get(parcel.messageId) === false);
      return Promise.resolve(rooted.map(({ parcel }) => parcel));
    },
  };
}

function isHolding({ parcel, members }: Entry, object: ObjectId, by: { run: RunId; peer: NodeId }): boolean {
  if (parcel.runId !== by.run || members.get(object) !== false) return false;
  return parcel.src === by.peer || (parcel.dst === by.peer && parcel.complete);
}

function isAwaiting(
  { parcel, members }: Entry,
  object: ObjectId,
  from: { run: RunId; src: NodeId },
): boolean {
  return parcel.runId === from.run && parcel.src === from.src && members.get(object) === true;
}

function membersOf(entry: Entry | undefined): Member[] {
  return [...entry?.members.entries() ?? []].map(([objectId, missing]) => ({ objectId, missing }));
}

function some<T>(items: Iterable<T>, wanted: (item: T) => boolean): boolean {
  for (const item of items) if (wanted(item)) return true;
  return false;
}
