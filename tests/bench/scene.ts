/** One federation of one maker with two SuperNodes, put up for measuring. */
import { fileURLToPath } from "node:url";
import { Federation, type Security } from "../interop/federation.ts";
import { type Maker, Stage } from "../interop/harness.ts";
import { peakMegabytes } from "./memory.ts";

/** What is measured. */
export interface Scene {
  /** All parts are of this maker, unless told. */
  readonly maker: Maker;
  /** Who made the SuperNodes, and with them the SuperExecs that start the ClientApps. */
  readonly supernodes?: Maker;
  readonly security: Security;
  /** Float32 numbers in the model. */
  readonly elements: number;
  readonly rounds: number;
  /** `official` apps run the Python twin. Default: the app of the maker's language. */
  readonly app?: "python" | "typescript";
  /** Default: on disk for ours, in memory for the official SuperLink, as each does without being told. */
  readonly database?: "disk" | "memory";
}

/** What came out. */
export interface Measured {
  /** What the strategy needed for all rounds, by its own account. */
  readonly strategyS: number;
  /** From typing `flwr run --stream` to its end. */
  readonly wallS: number;
  /** Peak memory of the SuperLink's processes, app processes left out. */
  readonly superlinkMb: number;
  /** The larger one of the SuperNodes'. */
  readonly supernodeMb: number;
}

/** Puts a scene up, runs its app once and takes it down. */
export async function measure(scene: Scene): Promise<Measured> {
  const { maker, supernodes = maker, security, elements, rounds } = scene;
  const { app = maker === "ours" ? "typescript" : "python" } = scene;
  const stage = new Stage();
  try {
    const databases = { disk: stage.path("state.db"), memory: ":flwr-in-memory:" };
    const superlinkArgs = scene.database ? ["--database", databases[scene.database]] : [];
    const federation = await Federation.start(stage, { superlink: maker, security, superlinkArgs });
    const pids = [];
    for (const partition of [0, 1]) {
      if (security === "auth") await federation.register(maker, partition);
      await federation.addNode({ maker: supernodes, partition });
      pids.push(stage.pid(`supernode-${partition}-${supernodes}`));
    }
    const folder = fileURLToPath(new URL(`./apps/${app}_app`, import.meta.url));
    const began = performance.now();
    const config = `elements=${elements} rounds=${rounds}`;
    const ended = await federation.flwr(maker, ["run", folder, "test", "--stream", "--run-config", config], {
      timeoutMs: 600_000,
    });
    const wallS = (performance.now() - began) / 1000;
    const said = ended.stdout + ended.stderr;
    const [, seconds] = said.match(/Strategy execution finished in ([\d.]+)s/) ?? [];
    if (ended.code !== 0 || seconds === undefined) throw new Error(`The run did not end well: ${said}`);
    return {
      strategyS: Number(seconds),
      wallS,
      superlinkMb: peakMegabytes(stage.pid(`superlink-${maker}`)),
      supernodeMb: Math.max(...pids.map(peakMegabytes)),
    };
  } catch (error) {
    await stage.clear();
    console.error(stage.tails());
    throw error;
  } finally {
    await stage.clear();
    await Deno.remove(stage.folder, { recursive: true });
  }
}
