import type { SqlDatabase, SqlRow } from "../../io/ports.ts";
import type { RunSeries } from "../../model/run.ts";
import type { RunRows, StoredFab } from "../store.ts";
import { idIn, idOut, textIn, textOut, upsert } from "./column.ts";

const COLUMNS = ["series_id", "federation", "description", "owner_id", "created_at", "updated_at"];

type SeriesRows = Pick<
  RunRows,
  "series" | "listSeries" | "putSeries" | "context" | "putContext" | "fab" | "putFab" | "deleteFab"
>;

/** What outlives a run among {@link RunRows}: series, their contexts and apps, in SQLite. */
export function seriesRows(database: SqlDatabase): SeriesRows {
  const byId = database.prepare("SELECT * FROM series WHERE series_id = ?");
  const all = database.prepare("SELECT * FROM series ORDER BY updated_at DESC, seq DESC");
  const put = database.prepare(upsert("series", "series_id", COLUMNS));
  return {
    ...contextRows(database),
    ...fabRows(database),
    series: (id) => {
      const row = byId.get(idIn(id));
      return Promise.resolve(row && seriesOf(row));
    },
    listSeries: () => Promise.resolve(all.all().map(seriesOf)),
    putSeries: ({ seriesId, federation, description, ownerId, createdAt, updatedAt }) => {
      put.run(idIn(seriesId), textIn(federation), textIn(description), ownerId, createdAt, updatedAt);
      return Promise.resolve();
    },
  };
}

function contextRows(database: SqlDatabase): Pick<RunRows, "context" | "putContext"> {
  const byId = database.prepare("SELECT content FROM context WHERE series_id = ?");
  const put = database.prepare(upsert("context", "series_id", ["series_id", "content"]));
  return {
    context: (id) => Promise.resolve(byId.get(idIn(id))?.content as Uint8Array | undefined),
    putContext: (id, content) => {
      put.run(idIn(id), content);
      return Promise.resolve();
    },
  };
}

function fabRows(database: SqlDatabase): Pick<RunRows, "fab" | "putFab" | "deleteFab"> {
  const byHash = database.prepare("SELECT * FROM fab WHERE hash = ?");
  const put = database.prepare(upsert("fab", "hash", ["hash", "verifications", "components", "content"]));
  const remove = database.prepare("DELETE FROM fab WHERE hash = ?");
  return {
    fab: (hash) => {
      const row = byHash.get(hash);
      return Promise.resolve(row && fabOf(row));
    },
    putFab: ({ hash, verifications, components, content }) => {
      put.run(hash, JSON.stringify(verifications), JSON.stringify(components), content);
      return Promise.resolve();
    },
    deleteFab: (hash) => {
      remove.run(hash);
      return Promise.resolve();
    },
  };
}

function seriesOf(row: SqlRow): RunSeries {
  return {
    seriesId: idOut(row.series_id),
    federation: textOut(row.federation),
    description: textOut(row.description),
    ownerId: row.owner_id as string,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  };
}

function fabOf(row: SqlRow): StoredFab {
  return {
    hash: row.hash as string,
    content: row.content as Uint8Array,
    verifications: JSON.parse(row.verifications as string),
    components: JSON.parse(row.components as string),
  };
}
