import type { SqlValue } from "../../io/ports.ts";

/** An uint64 as a column keeps it: the int64 with the same bits. */
export function idIn(id: bigint): bigint {
  return BigInt.asIntN(64, id);
}

/** As {@link idIn}, NULL for an absent one. */
export function optionalIdIn(id: bigint | undefined): SqlValue {
  return id === undefined ? null : idIn(id);
}

/** The uint64 behind a column made by {@link idIn}. */
export function idOut(value: SqlValue): bigint {
  return BigInt.asUintN(64, value as bigint);
}

/** Text that someone else wrote: kept as bytes when it has a NUL, which ends a text column when it is read. */
export function textIn(text: string): SqlValue {
  return text.includes("\0") ? new TextEncoder().encode(text) : text;
}

/** The text behind a column made by {@link textIn}. */
export function textOut(value: SqlValue): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value as string;
}

/** The named members whose column is not NULL. */
export function present<T extends Record<string, unknown>>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as Partial<T>;
}

/** A statement that inserts a row, or replaces all columns but `key` of the one that has this key. */
export function upsert(table: string, key: string, columns: readonly string[]): string {
  const changed = columns.filter((column) => column !== key).map((column) =>
    `${column} = excluded.${column}`
  );
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")}) ` +
    `ON CONFLICT (${key}) DO UPDATE SET ${changed.join(", ")}`;
}
