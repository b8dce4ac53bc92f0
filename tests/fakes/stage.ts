import type { AppThread, InstalledApp, Stage } from "../../core/app/stage.ts";
import type { Failure } from "../../core/app/failure.ts";
import { SeededRandom } from "../../core/app/seeded_random.ts";
import { serveApps } from "../../core/app/worker_side.ts";
import type { FakeClock } from "./clock.ts";
import { FakeFiles } from "./files.ts";
import { FakeRandom } from "./random.ts";

/** What a {@link FakeStage} plays. */
export interface FakeStageOptions {
  readonly clock: FakeClock;
  /** The exports of the app's one module. */
  readonly module: Record<string, unknown>;
  readonly app?: Partial<InstalledApp>;
}

/** A stage whose threads run in this one, over real ports. */
export class FakeStage implements Stage {
  /** The folders that threads were started with. */
  readonly started: { app: string; run?: string }[] = [];
  stopped = 0;
  /** Makes the thread that runs now fail. */
  fail: (failure: Failure) => void = () => {};
  readonly #options: FakeStageOptions;

  constructor(options: FakeStageOptions) {
    this.#options = options;
  }

  install(): Promise<InstalledApp> {
    const components = { serverapp: "./server.ts:app", clientapp: "./client.ts:app" };
    return Promise.resolve({ folder: "/apps/one", config: new Map(), ...components, ...this.#options.app });
  }

  runFolder(runId: bigint): Promise<string> {
    return Promise.resolve(`/runs/${runId}`);
  }

  start(folders: { app: string; run?: string }): Promise<AppThread> {
    this.started.push(folders);
    const { port1, port2 } = new MessageChannel();
    const { clock, module } = this.#options;
    const peer = serveApps(port2, {
      clock,
      random: new FakeRandom(),
      files: () => new FakeFiles(),
      seeded: (seed) => new SeededRandom(seed),
      importModule: () => Promise.resolve(module),
    });
    const failed = new Promise<Failure>((resolve) => this.fail = resolve);
    const stop = () => {
      this.stopped++;
      peer.close(new Error("stopped"));
    };
    return Promise.resolve({ port: port1, failed, stop });
  }
}
