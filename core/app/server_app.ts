import type { Context } from "./context.ts";
import type { Grid } from "./grid.ts";
import { type LifespanLike, within } from "./lifespan.ts";

/**
 * The whole work of a run.
 *
 * @example
 * ```ts
 * import { ServerApp, type ServerMain } from "corolla";
 *
 * const countNodes: ServerMain = async (grid) => {
 *   const nodeIds = await grid.getNodeIds();
 *   console.log(`There are ${nodeIds.length} nodes`);
 * };
 * export const app = new ServerApp().main(countNodes);
 * ```
 */
export type ServerMain = (grid: Grid, context: Context) => void | Promise<void>;

/**
 * The part of an app that runs once a run, beside the SuperLink, and leads it:
 *
 * @example
 * ```ts
 * import { FedAvg, ArrayRecord, NDArray, ServerApp } from "corolla";
 *
 * export const app = new ServerApp()
 *   .main(async (grid, context) => {
 *     const model = ArrayRecord.from({ weights: NDArray.zeros([784, 10], "float32") });
 *     const numRounds = context.runConfig.int("num-server-rounds");
 *     const result = await new FedAvg().start(grid, model, { numRounds });
 *     console.log(String(result));
 *   });
 * ```
 */
export class ServerApp {
  #main?: ServerMain;
  #lifespan?: LifespanLike<Context>;

  /** Sets what the app does. Setting it again replaces it. */
  main(main: ServerMain): this {
    this.#main = main;
    return this;
  }

  /** Sets what surrounds the run. Setting it again replaces it. */
  lifespan(lifespan: LifespanLike<Context>): this {
    this.#lifespan = lifespan;
    return this;
  }

  /**
   * Runs the app. The program that runs it calls this.
   * @throws {TypeError} when there is no main
   * @throws whatever main throws
   */
  async run(grid: Grid, context: Context): Promise<void> {
    const main = this.#main;
    if (!main) {
      throw new TypeError(
        "Cannot run the ServerApp as it has no main: call app.main(async (grid, context) => …)",
      );
    }
    await within(this.#lifespan, { context, work: async () => await main(grid, context) });
  }
}
