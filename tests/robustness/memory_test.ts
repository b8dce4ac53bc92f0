/** What a ServerApp's process needs of memory while replies with a large model come in. */
import { assert, assertEquals } from "@std/assert";
import { act, appFolder, Site } from "./site.ts";

const NODES = 4;
const ELEMENTS = 24_000_000;
const MODEL_MB = 4 * ELEMENTS / 1024 ** 2;
/** The model and sums in double precision, and what is on its way or not collected yet. With whole replies it was 7. */
const MOST_MODELS = 5;
const LOOK_MS = 50;

act("a ServerApp holds three models and a few chunks, however many nodes reply", async (stage) => {
  const site = new Site(stage);
  await site.startSuperLink();
  await Promise.all(Array.from({ length: NODES }, (_, i) => site.addNode(`node-${i}`)));
  const peakOf = async (elements: number) => {
    let peakMb = 0;
    const looking = setInterval(() => peakMb = Math.max(peakMb, serverAppPeakMb(stage.folder)), LOOK_MS);
    const { status, stdout } = await site.watch(appFolder("steady"), [
      `elements=${elements}`,
      `nodes=${NODES}`,
    ]);
    clearInterval(looking);
    assertEquals(status, "finished:completed", stdout);
    assert(peakMb > 0, "no ServerApp was seen");
    return peakMb;
  };
  const small = await peakOf(1_000);
  const models = (await peakOf(ELEMENTS) - small) / MODEL_MB;
  console.log(
    `the ServerApp's peak: ${models.toFixed(1)} models of ${MODEL_MB.toFixed(0)} MB above ${
      small.toFixed(0)
    } MB`,
  );
  assert(models < MOST_MODELS, `${models} models`);
});

/** The most memory (MB) that the ServerApp's process under this folder had so far; 0 when there is none. */
function serverAppPeakMb(folder: string): number {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const file = (path: string) => Deno.readTextFileSync(`/proc/${name}/${path}`);
      if (!file("cmdline").includes("flwr-serverapp") || !file("environ").includes(folder)) continue;
      return Number(/VmHWM:\s+(\d+)/.exec(file("status"))?.[1] ?? 0) / 1024;
    } catch {
      // Processes come and go.
    }
  }
  return 0;
}
