/** Sends a model of random float32 numbers round. Random, because equal chunks would be stored once. */
import { ArrayRecord, FedAvg, NDArray, ServerApp } from "corolla";

export const app = new ServerApp().main(async (grid, { runConfig }) => {
  const weights = new Float32Array(runConfig.int("elements"));
  let state = 2026;
  for (let i = 0; i < weights.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    weights[i] = state / 2 ** 31;
  }
  const arrays = ArrayRecord.from([new NDArray(weights)], { keepInput: false });
  await new FedAvg().start(grid, arrays, { numRounds: runConfig.int("rounds") });
});
