import { DatabaseError, type SqlDatabase } from "../../io/ports.ts";
import { FIRST_SCHEMA } from "./first_schema.ts";
import { SECOND_SCHEMA } from "./second_schema.ts";
import { THIRD_SCHEMA } from "./third_schema.ts";

/** Marks a database as ours: "crla". */
const APPLICATION_ID = 0x63726c61n;

/** What leads from each version of the schema to the next; an entry that was released never changes. */
const MIGRATIONS: readonly string[] = [FIRST_SCHEMA, SECOND_SCHEMA, THIRD_SCHEMA];

/**
 * Brings the schema to the newest version, in one transaction.
 * @throws {DatabaseError} when the database belongs to another program or comes from a newer version of this one
 */
export function migrate(database: SqlDatabase): void {
  const version = Number(pragma(database, "user_version"));
  checkOurs(database, version);
  database.adopt();
  if (version === MIGRATIONS.length) return;
  database.execute("BEGIN IMMEDIATE");
  try {
    for (const step of MIGRATIONS.slice(version)) database.execute(step);
    database.execute(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`,
    );
  } catch (error) {
    if (database.inTransaction) database.execute("ROLLBACK");
    throw error;
  }
}

/** The value of a pragma that answers with one. */
export function pragma(database: SqlDatabase, name: string): bigint {
  return Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0] as bigint;
}

function checkOurs(database: SqlDatabase, version: number): void {
  const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()!;
  if (tables !== 0n && pragma(database, "application_id") !== APPLICATION_ID) {
    throw new DatabaseError(
      `Cannot open database ${database.path} as it must be one that corolla made: ` +
        `it belongs to another program. Give another path.`,
    );
  }
  if (version > MIGRATIONS.length) {
    throw new DatabaseError(
      `Cannot open database ${database.path} as its schema must have version ${MIGRATIONS.length} or lower: ` +
        `it has ${version}, from a newer corolla. Use that version, or give another path.`,
    );
  }
}
