/** What a SuperLink leaves on its disk. */
import { assertEquals } from "@std/assert";
import { act, eventually, Site } from "./site.ts";

/** A model of 4 MB. */
const MODEL = ["elements=1000000", "nodes=1"];
const AT_A_TIME = 3;

act("after twenty runs the state folder is no larger than after two", async (stage) => {
  const site = new Site(stage);
  await site.startSuperLink();
  await site.addNode("supernode");
  await inParallel(2, () => site.succeed(MODEL));
  const before = await restingSize(site.home);
  await inParallel(18, () => site.succeed(MODEL));
  assertEquals(await restingSize(site.home), before);
});

interface Size {
  readonly apparentBytes: number;
  readonly diskBytes: number;
  readonly folders: number;
}

/** The size of everything below a folder once no object is left there and what they took is given back. */
async function restingSize(folder: string): Promise<Size> {
  let last: Size | undefined;
  return await eventually(() => {
    const [earlier, size] = [last, sizeBelow(folder)];
    last = size;
    return Promise.resolve(size?.apparentBytes === earlier?.apparentBytes ? size : undefined);
  }, "the end of the objects");
}

/** The size of everything below a folder; undefined while there are objects, or something goes at this moment. */
function sizeBelow(folder: string): Size | undefined {
  try {
    const paths = [...pathsBelow(folder)];
    return paths.some((path) => /[0-9a-f]{64}$/.test(path)) ? undefined : sizeOf(paths);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function sizeOf(paths: readonly string[]): Size {
  const stats = paths.map((path) => Deno.statSync(path));
  return {
    apparentBytes: stats.reduce((sum, { size }) => sum + size, 0),
    diskBytes: stats.reduce((sum, { blocks }) => sum + blocks! * 512, 0),
    folders: stats.filter(({ isDirectory }) => isDirectory).length,
  };
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
