import { over, plus, squareRoot, times } from "../model/numeric/arithmetic.ts";
import {
  FedOpt,
  type FedOptOptions,
  type FedOptSettings,
  type Optimised,
  type OptimiserStep,
} from "./fed_opt.ts";

/**
 * FedAdagrad (Reddi et al., 2021): every element takes the smaller steps the further it has gone. `eta` is 0.1
 * unless told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, FedAdagrad, type Grid, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // What a node sends back: a model of one weight, and how many examples it was trained on.
 * const reply = (weight: number, examples = 10) =>
 *   new Message(
 *     new RecordDict({
 *       arrays: ArrayRecord.from({ w: new NDArray(Float64Array.of(weight)) }),
 *       metrics: new MetricRecord({ "num-examples": examples }),
 *     }),
 *     { dstNodeId: 1n, messageType: "train" },
 *   );
 * // In an app `start` does all this, on the grid that main is given.
 * const grid = {
 *   host: { clock: { now: () => 0 }, random: { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }, log: console },
 *   getNodeIds: () => Promise.resolve([2n, 3n]),
 * } as unknown as Grid;
 * const strategy = new FedAdagrad({ eta: 0.1, tau: 0 });
 * const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(0)) });
 * await strategy.configureTrain({ round: 1, arrays, config: new corolla.ConfigRecord(), grid });
 * const outcome = await strategy.aggregateTrain(1, [reply(2), reply(4)], grid);
 * // The first step is as long as the learning rate, however far the nodes went.
 * assertEquals(outcome.arrays!.toArrays()[0].toNumbers()[0].toFixed(4), "0.1000");
 * ```
 */
export class FedAdagrad extends FedOpt {
  /** A strategy with these settings; none of them must be given. */
  constructor({ eta = 0.1, etaL = 0.1, tau = 1e-3, ...options }: FedOptOptions = {}) {
    super({ eta, etaL, beta1: 0, beta2: 0, tau }, options);
  }

  /** Computes one array of the new model, and its moments. */
  protected override step({ current, delta, v }: OptimiserStep, { eta, tau }: FedOptSettings): Optimised {
    const second = plus(v, times(delta, delta));
    const way = over(times(eta, delta), plus(squareRoot(second), tau));
    return { next: plus(current, way), m: delta, v: second };
  }
}
