import type { Grid } from "../app/grid.ts";
import type { AppHost } from "../app/host.ts";
import type { NodeId } from "../model/ids.ts";

/** What draws. */
type Random = AppHost["random"];

/**
 * What a {@link NodeSelector} chooses for.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { NodeId, NodeSelector, Selection } from "corolla";
 *
 * const half = (online: readonly NodeId[], { round }: Selection) => online.filter((id) => Number(id) % 2 === round % 2);
 * export const selectNodes: NodeSelector = half;
 * assertEquals(half([1n, 2n, 3n, 4n], { round: 1, kind: "train" }), [1n, 3n]);
 * ```
 */
export interface Selection {
  /** Counted from 1. */
  readonly round: number;
  /** What the phase is for. */
  readonly kind: "train" | "evaluate";
}

/**
 * Chooses the nodes that take part in a phase of a round, out of those online.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, type NodeSelector } from "corolla";
 *
 * // Everybody evaluates; three nodes train, and others in each round.
 * const inTurn: NodeSelector = (online, { round, kind }) => {
 *   if (kind === "evaluate") return online;
 *   const sorted = [...online].sort((a, b) => (a < b ? -1 : 1));
 *   return [0, 1, 2].map((place) => sorted[(3 * (round - 1) + place) % sorted.length]);
 * };
 * export const strategy = new FedAvg({ selectNodes: inTurn, minTrainNodes: 3 });
 * assertEquals(await inTurn([4n, 1n, 2n, 3n], { round: 2, kind: "train" }), [4n, 1n, 2n]);
 * ```
 */
export type NodeSelector = (online: readonly NodeId[], selection: Selection) =>
  | readonly NodeId[]
  | Promise<readonly NodeId[]>;

/** Which nodes take part in a phase of a round. */
export interface SampleOptions {
  /** The part of the nodes online that is wanted, from 0 to 1. */
  readonly fraction: number;
  /** The least number of nodes to take. */
  readonly minNodes: number;
  /** How many nodes must be online before any is taken. */
  readonly minAvailableNodes: number;
  /** Seconds after which to give up waiting for nodes; without it, as long as it takes. */
  readonly waitForNodes?: number;
  /** Chooses in the place of chance. */
  readonly select?: (online: readonly NodeId[]) => readonly NodeId[] | Promise<readonly NodeId[]>;
}

/**
 * The nodes that were taken, and out of how many.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Sample } from "corolla";
 *
 * const sample: Sample = { nodeIds: [3n, 7n], online: 10 };
 * assertEquals(`${sample.nodeIds.length} of ${sample.online}`, "2 of 10");
 * ```
 */
export interface Sample {
  /** Those that were taken. */
  readonly nodeIds: readonly NodeId[];
  /** How many nodes were online. */
  readonly online: number;
}

/**
 * There were too few nodes for too long.
 *
 * @example
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { ArrayRecord, ConfigRecord, FedAvg, type Grid, NotEnoughNodesError } from "corolla";
 *
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedAvg({ minAvailableNodes: 5, waitForNodes: 0 });
 * const phase = { round: 1, arrays: new ArrayRecord(), config: new ConfigRecord(), grid };
 * await assertRejects(() => strategy.configureTrain(phase), NotEnoughNodesError, "there are 2");
 * ```
 */
export class NotEnoughNodesError extends Error {
  /** The class's name. */
  override name = "NotEnoughNodesError";
}

const PAUSE_MS = 1_000;

/**
 * Takes nodes at random out of those online. Waits until enough are: as long as it takes, unless told.
 * @throws {NotEnoughNodesError} when they were too few for too long
 * @throws {RpcError} UNAUTHENTICATED when the run was stopped meanwhile
 */
export async function sampleNodes(grid: Grid, options: SampleOptions): Promise<Sample> {
  const { clock, log, random } = grid.host;
  const giveUpAt = clock.now() + (options.waitForNodes ?? Infinity) * 1000;
  for (let told = -1;;) {
    const nodeIds = await grid.getNodeIds();
    const size = Math.max(Math.trunc(nodeIds.length * options.fraction), options.minNodes);
    const needed = Math.max(options.minAvailableNodes, size);
    if (nodeIds.length >= needed) {
      const taken = options.select
        ? checkedChoice(await options.select([...nodeIds]), nodeIds)
        : chosen(nodeIds, { size, random });
      return { nodeIds: taken, online: nodeIds.length };
    }
    if (clock.now() >= giveUpAt) throw tooFew(nodeIds.length, needed, options);
    if (nodeIds.length !== told) {
      log.info(`Waiting for nodes to connect: ${nodeIds.length} connected (minimum required: ${needed}).`);
    }
    told = nodeIds.length;
    await clock.sleep(Math.min(PAUSE_MS, giveUpAt - clock.now()));
  }
}

function tooFew(online: number, needed: number, { waitForNodes }: SampleOptions): NotEnoughNodesError {
  return new NotEnoughNodesError(
    `Cannot start the phase as ${needed} nodes must be online: there are ${online} after ${waitForNodes} s. Start ` +
      `more SuperNodes, or lower minAvailableNodes and the minimum of nodes for the phase`,
  );
}

function checkedChoice(taken: readonly NodeId[], online: readonly NodeId[]): readonly NodeId[] {
  const unknown = taken.find((nodeId) => !online.includes(nodeId));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot take node ${unknown} as selectNodes must choose among the nodes that are online`,
    );
  }
  return [...new Set(taken)];
}

/** `size` of the items, each choice equally likely, in random order. */
export function chosen<Item>(
  items: readonly Item[],
  { size, random }: { size: number; random: Random },
): Item[] {
  const pool = [...items];
  for (let place = 0; place < size; place++) {
    const other = place + below(pool.length - place, random);
    [pool[place], pool[other]] = [pool[other], pool[place]];
  }
  return pool.slice(0, size);
}

/** A whole number from 0 up to but not including `limit`, all equally likely. */
function below(limit: number, random: Random): number {
  const range = Math.floor(2 ** 32 / limit) * limit;
  for (;;) {
    const bytes = random.bytes(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (value < range) return value % limit;
  }
}
