import type { SqlDatabase, SqlRow } from "../../io/ports.ts";
import type { ObjectRows, StoredContent } from "../store.ts";
import { memberRows } from "./member_rows.ts";
import { parcelRows } from "./parcel_rows.ts";

/**
 * {@link ObjectRows} in SQLite.
 *
 * An id of 64 letters stands once, in `object`; members name it by a small number. A row of `object` without a size
 * is an id that was announced and has no content; it goes with its last member.
 */
export function objectRows(database: SqlDatabase): ObjectRows {
  return { ...contentRows(database), ...parcelRows(database), ...memberRows(database) };
}

type ContentRows = Pick<ObjectRows, "content" | "contents" | "putContent" | "contentIds">;

function contentRows(database: SqlDatabase): ContentRows {
  const byId = database.prepare("SELECT * FROM object WHERE object_id = ? AND size IS NOT NULL");
  const some = database.prepare(
    "SELECT * FROM object WHERE object_id IN (SELECT value FROM json_each(?)) AND size IS NOT NULL",
  );
  const ids = database.prepare("SELECT object_id FROM object WHERE size IS NOT NULL");
  const put = database.prepare(
    "INSERT INTO object (object_id, size, children) VALUES (?, ?, ?) " +
      "ON CONFLICT (object_id) DO UPDATE SET size = excluded.size, children = excluded.children",
  );
  return {
    content: (id) => {
      const row = byId.get(id);
      return Promise.resolve(row && contentOf(row));
    },
    contents: (ids) => Promise.resolve(some.all(JSON.stringify(ids)).map(contentOf)),
    contentIds: () => Promise.resolve(ids.all().map((row) => row.object_id as string)),
    putContent: ({ objectId, sizeBytes, children }) => {
      put.run(objectId, BigInt(sizeBytes), children.join(","));
      return Promise.resolve();
    },
  };
}

function contentOf(row: SqlRow): StoredContent {
  const children = row.children as string;
  return {
    objectId: row.object_id as string,
    sizeBytes: Number(row.size),
    children: children === "" ? [] : children.split(","),
  };
}
