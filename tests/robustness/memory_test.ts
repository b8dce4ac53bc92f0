/** What a ServerApp's process needs of memory while replies with a large model come in. */
import { assert, assertEquals } from "@std/assert";
import { act, appFolder, Site } from "./site.ts";

const NODES = 4;
const ELEMENTS = 32_000_000;
const MODEL_MB = 4 * ELEMENTS / 1024 ** 2;
/** The model, and sums in double precision. With whole replies it was 7. */
const MODELS = 3;
/**
 * What is on its way, is not collected yet, or is kept by the C library; however large the model is. Up to 140 MB were
 * seen. Two more whole replies would be 244 MB.
 */
const SLACK_MB = 240;
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
  const slackMb = await peakOf(ELEMENTS) - small - MODELS * MODEL_MB;
  console.log(
    `the ServerApp: ${MODELS} models of ${MODEL_MB.toFixed(0)} MB, and ${slackMb.toFixed(0)} MB more`,
  );
  assert(slackMb < SLACK_MB, `${slackMb} MB beside ${MODELS} models of ${MODEL_MB} MB and ${small} MB`);
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
