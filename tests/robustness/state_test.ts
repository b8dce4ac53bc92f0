/** What a SuperLink leaves on its disk. */
import { assert, assertEquals } from "@std/assert";
import { act, eventually, Site } from "./site.ts";

/** A model of 4 MB. */
const MODEL = ["elements=1000000", "nodes=1"];
const AT_A_TIME = 3;

/** What is kept of a run for `flwr ls` and `flwr log`: a few rows with their indexes, and what the app printed. */
const BYTES_OF_A_RUN = 4_096;

act(
  "after twenty runs the state folder is no larger than after two, but for the runs' own lines",
  async (stage) => {
    const site = new Site(stage);
    await site.startSuperLink();
    await site.addNode("supernode");
    await inParallel(2, () => site.succeed(MODEL));
    const before = await restingSize(site.home);
    await inParallel(18, () => site.succeed(MODEL));
    const after = await restingSize(site.home);
    assertEquals(after.folders, before.folders);
    const grown = [after.apparentBytes - before.apparentBytes, after.diskBytes - before.diskBytes];
    assert(grown.every((bytes) => bytes <= 18 * BYTES_OF_A_RUN), `grown by ${grown.join(" and ")} bytes`);
  },
);

interface Size {
  readonly apparentBytes: number;
  readonly diskBytes: number;
  readonly folders: number;
}

/** What heartbeats may have added to the database's log since it was emptied. */
const LOG_BYTES = 65_536;

/** The size of everything below a folder once no object is left there and the database's log is emptied. */
async function restingSize(folder: string): Promise<Size> {
  return await eventually(() => {
    const paths = [...pathsBelow(folder)];
    const log = Deno.statSync(paths.find((path) => path.endsWith(".db-wal"))!);
    if (paths.some((path) => /[0-9a-f]{64}$/.test(path)) || log.size > LOG_BYTES) {
      return Promise.resolve(undefined);
    }
    // Heartbeats of nodes go on adding to it, up to its limit.
    const stats = paths.filter((path) => !path.endsWith(".db-wal")).map((path) => Deno.statSync(path));
    return Promise.resolve({
      apparentBytes: stats.reduce((sum, { size }) => sum + size, 0),
      diskBytes: stats.reduce((sum, { blocks }) => sum + blocks! * 512, 0),
      folders: stats.filter(({ isDirectory }) => isDirectory).length,
    });
  }, "the end of the objects");
}

function* pathsBelow(folder: string): Generator<string> {
  yield folder;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* pathsBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

async function inParallel(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
