/** What a SuperLink leaves on its disk. */
import { assert, assertEquals } from "@std/assert";
import { act, eventually, Site } from "./site.ts";

/** A model of some MB. */
const MODEL = ["elements=1000000", "nodes=1"];
const AT_A_TIME = 3;

/** What one run adds for good: its line in `flwr ls`, its log, the state of its series. Bytes. */
const ROWS_OF_A_RUN = 12_288;

act("after twenty runs the state folder is no larger than after two", async (stage) => {
  const site = new Site(stage);
  await site.startSuperLink();
  await site.addNode("supernode");
  const run = (count: number) => inParallel(count, () => site.succeed(MODEL));
  await run(2);
  const before = await settled(site);
  await run(18);
  const after = await settled(site);
  console.log("state folder after 2 and after 20 runs:", before, after);
  assertEquals([after.objects, after.folders], [0, before.folders]);
});

interface Size { apparent: number; disk: number; objects: number; folders: number }

/** The size of the state folder once the SuperLink has nothing more to clear up. */
async function settled(site: Site): Promise<Size> {
  return await eventually(() => {
    const size = sizeOf(site.stateFolder);
    return Promise.resolve(size.objects === 0 ? size : undefined);
  }, "the end of the objects");
}

function sizeOf(folder: string): Size {
  const sum = { apparent: 0, disk: 0, objects: 0, folders: 0 };
  const add = (path: string) => {
    const { size, blocks, isDirectory } = Deno.statSync(path);
    sum.apparent += size;
    sum.disk += (blocks ?? 0) * 512;
    if (!isDirectory) console.log(path, size);
    if (isDirectory) sum.folders++;
    else if (/[0-9a-f]{64}$/.test(path)) sum.objects++;
    if (isDirectory) for (const { name } of Deno.readDirSync(path)) add(`${path}/${name}`);
  };
  add(folder);
  return sum;
}

async function inParallel(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
