import type { SqlDatabase, SqlRow } from "../../io/ports.ts";
import type { MessageId, RunId } from "../../model/ids.ts";
import type { ObjectRows, Parcel } from "../store.ts";
import { idIn, idOut } from "./column.ts";
import { idsBehind, letGoOf } from "./letting_go.ts";

type ParcelRows = Pick<
  ObjectRows,
  "parcel" | "parcelsOfRun" | "runsWithParcels" | "parcelsHolding" | "putParcel" | "deleteParcel"
>;

/** The parcels among {@link ObjectRows} in SQLite. */
export function parcelRows(database: SqlDatabase): ParcelRows {
  const byMessage = database.prepare("SELECT * FROM parcel WHERE run_id = ? AND message_id = ?");
  const ofRun = database.prepare("SELECT * FROM parcel WHERE run_id = ? ORDER BY key");
  const runs = database.prepare("SELECT DISTINCT run_id FROM parcel");
  const holding = database.prepare(`
    SELECT parcel.* FROM object JOIN member ON member.object = object.key AND member.missing = 0
    JOIN parcel ON parcel.key = member.parcel WHERE object.object_id = ? ORDER BY parcel.key
  `);
  const put = database.prepare(`
    INSERT INTO parcel (run_id, message_id, src, dst, complete) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (run_id, message_id) DO UPDATE SET src = excluded.src, dst = excluded.dst,
      complete = excluded.complete
  `);
  return {
    parcel: (run, message) => {
      const row = byMessage.get(idIn(run), message);
      return Promise.resolve(row && parcelOf(row));
    },
    parcelsOfRun: (run) => Promise.resolve(ofRun.all(idIn(run)).map(parcelOf)),
    runsWithParcels: () => Promise.resolve(runs.all().map((row) => idOut(row.run_id))),
    parcelsHolding: (object) => Promise.resolve(holding.all(object).map(parcelOf)),
    putParcel: ({ runId, messageId, src, dst, complete }) => {
      put.run(idIn(runId), messageId, idIn(src), idIn(dst), complete ? 1n : 0n);
      return Promise.resolve();
    },
    deleteParcel: deleting(database),
  };
}

function deleting(database: SqlDatabase): ObjectRows["deleteParcel"] {
  const keyOf = parcelKeys(database);
  const objects = database.prepare("DELETE FROM member WHERE parcel = ? RETURNING object");
  const remove = database.prepare("DELETE FROM parcel WHERE key = ?");
  const letGo = letGoOf(database);
  return (run, message) => {
    const key = keyOf(run, message);
    if (key === undefined) return Promise.resolve([]);
    const members = idsBehind(objects.all(key), "object");
    remove.run(key);
    return Promise.resolve(letGo(members));
  };
}

/** How to find the key of the parcel of a message. */
export function parcelKeys(database: SqlDatabase): (run: RunId, message: MessageId) => bigint | undefined {
  const key = database.prepare("SELECT key FROM parcel WHERE run_id = ? AND message_id = ?");
  return (run, message) => key.get(idIn(run), message)?.key as bigint | undefined;
}

/** The parcel in a row of its table. */
export function parcelOf(row: SqlRow): Parcel {
  return {
    runId: idOut(row.run_id),
    messageId: row.message_id as string,
    src: idOut(row.src),
    dst: idOut(row.dst),
    complete: row.complete === 1n,
  };
}
