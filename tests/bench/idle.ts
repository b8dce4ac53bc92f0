/** What it costs to do nothing. */
import { Federation } from "../interop/federation.ts";
import { type Maker, Stage } from "../interop/harness.ts";

const SETTLE_MS = 3_000;
const TRIES = 5;

/** Memory (MB) of a SuperLink with TLS that nobody has asked anything. */
export async function idleMegabytes(maker: Maker, megabytes: (pid: number) => number): Promise<number> {
  const stage = new Stage();
  try {
    await Federation.start(stage, { superlink: maker, security: "tls" });
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return megabytes(stage.pid(`superlink-${maker}`));
  } finally {
    await stage.clear();
    await Deno.remove(stage.folder, { recursive: true });
  }
}

/** Seconds until `superlink --help` has printed all: the median of some tries after a first one. */
export async function secondsToHelp(maker: Maker): Promise<number> {
  const stage = new Stage();
  const order = { maker, program: "superlink", name: "help", args: ["--help"] } as const;
  const times: number[] = [];
  for (let i = 0; i <= TRIES; i++) {
    const began = performance.now();
    await stage.run(order);
    times.push((performance.now() - began) / 1000);
  }
  await Deno.remove(stage.folder, { recursive: true });
  return times.slice(1).sort((a, b) => a - b)[Math.floor(TRIES / 2)];
}
