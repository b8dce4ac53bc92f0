/** What leads the run: two questions to all nodes, then the components of all their rows. */
import { ArrayRecord, encodeNpz, type Grid, Message, NDArray, RecordDict, ServerApp } from "corolla";
import { Matrix } from "ml-matrix";
import { type Components, componentsOf, meansOf } from "./components.ts";

/** Named in `pyproject.toml`. */
export const app = new ServerApp()
  .main(async (grid, { runConfig, runFolder }) => {
    const nodes = await nodesOf(grid, runConfig.int("min-nodes"));
    const sums = await ask(grid, { nodes, question: "sums" });
    const columns = sameColumns(sums);
    const parts = sums.map((content) => ({
      count: content.metrics("metrics").getInt("count"),
      sums: [...arrayIn(content, "sums").toNumbers()],
    }));
    const means = ArrayRecord.from({ means: new NDArray(Float64Array.from(meansOf(parts))) });
    const scatters = await ask(grid, {
      nodes,
      question: "scatter",
      content: new RecordDict({ arrays: means }),
    });
    const components = componentsOf(scatters.map(matrixIn), runConfig.int("num-components"));

    const rows = parts.reduce((all, { count }) => all + count, 0);
    console.log(`${rows} rows of ${columns.length} columns on ${nodes.length} nodes`);
    for (const line of linesOf(components, columns)) console.log(line);
    const directions = arrayOf(components.directions);
    const shares = new NDArray(Float64Array.from(components.shares));
    const path = `${runFolder}/components.npz`;
    await Deno.writeFile(path, encodeNpz(ArrayRecord.from({ directions, shares })));
    console.log(`The components are ${path}`);
  });

/** Waits until there are so many nodes. */
async function nodesOf(grid: Grid, wanted: number): Promise<bigint[]> {
  for (;;) {
    const nodes = await grid.getNodeIds();
    if (nodes.length >= wanted) return nodes;
    await grid.host.clock.sleep(1_000);
  }
}

/** Asks all nodes the same. Each must answer: without one the components would be those of other rows. */
async function ask(
  grid: Grid,
  { nodes, question, content = new RecordDict() }: {
    readonly nodes: readonly bigint[];
    readonly question: string;
    readonly content?: RecordDict;
  },
): Promise<RecordDict[]> {
  const messageType = `query.${question}`;
  const messages = nodes.map((dstNodeId) => new Message(content, { dstNodeId, messageType }));
  const replies = await grid.sendAndReceive(messages);
  const failed = replies.find((reply) => reply.hasError());
  if (failed) throw new Error(`Node ${failed.metadata.srcNodeId} failed: ${failed.error.reason}`);
  if (replies.length < nodes.length) {
    throw new Error(`Only ${replies.length} of ${nodes.length} nodes answered "${question}"`);
  }
  return replies.map((reply) => reply.content);
}

/** The columns of all tables. @throws {Error} when they are not the same everywhere */
function sameColumns(contents: readonly RecordDict[]): string[] {
  const [columns, ...others] = contents.map((content) => content.config("table").get("columns") as string[]);
  const other = others.find((names) => names.join() !== columns.join());
  if (other) throw new Error(`The tables must have the same columns: one has ${columns}, another ${other}`);
  return columns;
}

/** `Component 1: 73.0 % of the differences (0.58 petal length, …)`, columns that count most first. */
function linesOf({ directions, shares }: Components, columns: readonly string[]): string[] {
  return shares.map((share, i) => {
    const parts = directions.getRow(i).map((weight, column) => ({ weight, name: columns[column] }))
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
      .map(({ weight, name }) => `${weight.toFixed(2)} ${name}`);
    return `Component ${i + 1}: ${(share * 100).toFixed(1)} % of the differences (${parts.join(", ")})`;
  });
}

function arrayIn(content: RecordDict, name: string): NDArray {
  const array = content.arrays("arrays").toNamedArrays().get(name);
  if (!array) throw new Error(`A node's reply has no "${name}"`);
  return array;
}

function matrixIn(content: RecordDict): Matrix {
  const scatter = arrayIn(content, "scatter");
  const [rows, columns] = scatter.shape;
  return Matrix.from1DArray(rows, columns, [...scatter.toNumbers()]);
}

function arrayOf(matrix: Matrix): NDArray {
  return new NDArray(Float64Array.from(matrix.to1DArray()), [matrix.rows, matrix.columns]);
}
