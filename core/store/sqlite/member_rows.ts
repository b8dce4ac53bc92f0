import type { SqlDatabase, SqlStatement } from "../../io/ports.ts";
import { type NodeId, type ObjectId, type RunId, SUPERLINK_NODE_ID } from "../../model/ids.ts";
import type { Member, ObjectRows } from "../store.ts";
import { idIn } from "./column.ts";
import { idsBehind, type KeyList, letGoOf } from "./letting_go.ts";
import { parcelKeys, parcelOf } from "./parcel_rows.ts";

type MemberRows = Pick<
  ObjectRows,
  "members" | "addMembers" | "deleteMembers" | "held" | "announced" | "isAwaited" | "arrive"
>;

/** The members among {@link ObjectRows} in SQLite. */
export function memberRows(database: SqlDatabase): MemberRows {
  const keyOf = parcelKeys(database);
  const ofParcel = database.prepare(
    "SELECT object_id, missing FROM member JOIN object ON object.key = member.object WHERE parcel = ?",
  );
  const add = addingTo(database);
  return {
    members: (run, message) => {
      const rows = ofParcel.all(keyOf(run, message) ?? null);
      return Promise.resolve(
        rows.map((row) => ({ objectId: row.object_id as string, missing: row.missing === 1n })),
      );
    },
    addMembers: (run, message, members) => {
      const key = keyOf(run, message);
      if (key !== undefined) add(`[${key}]`, members);
      return Promise.resolve();
    },
    deleteMembers: deleting(database),
    arrive: arriving(database, add),
    ...questions(database),
  };
}

/**
 * `FROM object, …` down to the parcels that a peer (`?2`) sent or was sent in a run (`?1`). A node has few parcels,
 * so they come first and the object is looked up in each; the SuperLink has all of them, so the object comes first.
 */
type Path = (column: "src" | "dst") => string;

const byPeer: Path = (column) =>
  `parcel CROSS JOIN member ON member.parcel = parcel.key AND member.object = object.key ` +
  `WHERE parcel.run_id = ?1 AND parcel.${column} = ?2`;

const byObject: Path = (column) =>
  `member CROSS JOIN parcel ON parcel.key = member.parcel ` +
  `WHERE member.object = object.key AND parcel.run_id = ?1 AND parcel.${column} = ?2`;

/** A statement in both forms, and which of them serves a peer. */
function forPeers(database: SqlDatabase, sql: (path: Path) => string): (peer: NodeId) => SqlStatement {
  const forNode = database.prepare(sql(byPeer));
  const forSuperLink = database.prepare(sql(byObject));
  return (peer) => peer === SUPERLINK_NODE_ID ? forSuperLink : forNode;
}

function questions(database: SqlDatabase): Pick<MemberRows, "held" | "announced" | "isAwaited"> {
  const held = forPeers(database, (path) => `
    SELECT object_id FROM object WHERE object_id IN (SELECT value FROM json_each(?3)) AND size IS NOT NULL AND (
      EXISTS (SELECT 1 FROM ${path("src")} AND member.missing = 0)
      OR EXISTS (SELECT 1 FROM ${path("dst")} AND member.missing = 0 AND parcel.complete = 1)
    )`);
  const announced = forPeers(database, (path) => `
    SELECT 1 FROM object WHERE object_id = ?3
    AND (EXISTS (SELECT 1 FROM ${path("src")}) OR EXISTS (SELECT 1 FROM ${path("dst")}))`);
  const awaited = forPeers(database, (path) => `
    SELECT 1 FROM object WHERE object_id = ?3 AND EXISTS (SELECT 1 FROM ${
    path("src")
  } AND member.missing = 1)`);
  return {
    held: (run, peer, objects) => {
      const rows = held(peer).all(idIn(run), idIn(peer), JSON.stringify(objects));
      return Promise.resolve(rows.map((row) => row.object_id as string));
    },
    announced: (run, peer, object) =>
      Promise.resolve(announced(peer).get(idIn(run), idIn(peer), object) !== undefined),
    isAwaited: (run, src, object) =>
      Promise.resolve(awaited(src).get(idIn(run), idIn(src), object) !== undefined),
  };
}

/** How to add members to each of several parcels. */
function addingTo(database: SqlDatabase): (parcels: KeyList, members: readonly Member[]) => void {
  const know = database.prepare("INSERT OR IGNORE INTO object (object_id) SELECT value FROM json_each(?)");
  const add = database.prepare(`
    INSERT OR IGNORE INTO member (parcel, object, missing)
    SELECT parcels.value, object.key, ? FROM json_each(?) AS parcels
    CROSS JOIN object WHERE object.object_id IN (SELECT value FROM json_each(?))`);
  return (parcels, members) => {
    for (const missing of [true, false]) {
      const ids = members.filter((member) => member.missing === missing).map(({ objectId }) => objectId);
      if (ids.length === 0) continue;
      const list = JSON.stringify(ids);
      know.run(list);
      add.run(missing ? 1n : 0n, parcels, list);
    }
  };
}

function deleting(database: SqlDatabase): ObjectRows["deleteMembers"] {
  const keyOf = parcelKeys(database);
  const remove = database.prepare(`
    DELETE FROM member WHERE parcel = ?
    AND object IN (SELECT key FROM object WHERE object_id IN (SELECT value FROM json_each(?)))
    RETURNING object`);
  const letGo = letGoOf(database);
  return (run, message, objects) => {
    const key = keyOf(run, message);
    if (key === undefined) return Promise.resolve([]);
    return Promise.resolve(letGo(idsBehind(remove.all(key, JSON.stringify(objects)), "object")));
  };
}

function arriving(database: SqlDatabase, add: ReturnType<typeof addingTo>): ObjectRows["arrive"] {
  const awaiting = forPeers(database, (path) => `
    SELECT parcel.key FROM object CROSS JOIN ${
    path("src")
  } AND member.missing = 1 AND object.object_id = ?3`);
  const mark = database.prepare(`
    UPDATE member SET missing = 0 WHERE parcel IN (SELECT value FROM json_each(?))
    AND object = (SELECT key FROM object WHERE object_id = ?)`);
  const rooted = database.prepare(`
    SELECT parcel.* FROM parcel JOIN object ON object.object_id = parcel.message_id
    JOIN member ON member.parcel = parcel.key AND member.object = object.key AND member.missing = 0
    WHERE parcel.key IN (SELECT value FROM json_each(?)) ORDER BY parcel.key`);
  return (run: RunId, src: NodeId, object: ObjectId, members: readonly Member[]) => {
    const parcels = idsBehind(awaiting(src).all(idIn(run), idIn(src), object), "key");
    if (parcels === "[]") return Promise.resolve([]);
    mark.run(parcels, object);
    add(parcels, members);
    return Promise.resolve(rooted.all(parcels).map(parcelOf));
  };
}
