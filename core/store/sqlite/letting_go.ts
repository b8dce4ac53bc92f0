import type { SqlDatabase, SqlRow } from "../../io/ports.ts";
import type { ObjectId } from "../../model/ids.ts";

/** Keys as a JSON array: how a statement gets a list. */
export type KeyList = string;

/** The keys that one column of these rows holds. */
export function idsBehind(rows: readonly SqlRow[], column: string): KeyList {
  return `[${rows.map((row) => row[column]).join(",")}]`;
}

/**
 * How to forget, among objects that just lost a member, the contents that no member holds and the ids that no
 * member names. Gives the ids of these contents.
 */
export function letGoOf(database: SqlDatabase): (objects: KeyList) => ObjectId[] {
  const forgetContents = database.prepare(`
    UPDATE object SET size = NULL, children = NULL
    WHERE key IN (SELECT value FROM json_each(?)) AND size IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM member WHERE member.object = object.key AND member.missing = 0)
    RETURNING object_id
  `);
  const forgetIds = database.prepare(`
    DELETE FROM object WHERE key IN (SELECT value FROM json_each(?)) AND size IS NULL
      AND NOT EXISTS (SELECT 1 FROM member WHERE member.object = object.key)
  `);
  return (objects) => {
    const gone = forgetContents.all(objects).map((row) => row.object_id as string);
    forgetIds.run(objects);
    return gone;
  };
}
