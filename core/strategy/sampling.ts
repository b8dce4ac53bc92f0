import type { Grid } from "../app/grid.ts";
import type { AppHost } from "../app/host.ts";
import type { NodeId } from "../model/ids.ts";

/** What draws. */
type Random = AppHost["random"];

/** Which nodes take part in a phase of a round. */
export interface SampleOptions {
  /** The part of the nodes online that is wanted, from 0 to 1. */
  readonly fraction: number;
  /** The least number of nodes to take. */
  readonly minNodes: number;
  /** How many nodes must be online before any is taken. */
  readonly minAvailableNodes: number;
}

/** The nodes that were taken, and out of how many. */
export interface Sample {
  readonly nodeIds: readonly NodeId[];
  readonly online: number;
}

const PAUSE_MS = 1_000;

/**
 * Takes nodes at random out of those online. Waits, for as long as it takes, until enough are.
 * @throws {RpcError} UNAUTHENTICATED when the run was stopped meanwhile
 */
export async function sampleNodes(grid: Grid, options: SampleOptions): Promise<Sample> {
  const { clock, log, random } = grid.host;
  for (let told = -1;;) {
    const nodeIds = await grid.getNodeIds();
    const size = Math.max(Math.trunc(nodeIds.length * options.fraction), options.minNodes);
    const needed = Math.max(options.minAvailableNodes, size);
    if (nodeIds.length >= needed) {
      return { nodeIds: chosen(nodeIds, { size, random }), online: nodeIds.length };
    }
    if (nodeIds.length !== told) {
      log.info(`Waiting for nodes to connect: ${nodeIds.length} connected (minimum required: ${needed}).`);
    }
    told = nodeIds.length;
    await clock.sleep(PAUSE_MS);
  }
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
