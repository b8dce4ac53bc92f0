/** Sends a model of random numbers round. Random, because equal chunks would be stored once. */
import { ArrayRecord, FedAvg, NDArray, ServerApp } from "corolla";

export const app = new ServerApp().main(async (grid, { runConfig }) => {
  const weights = new Float32Array(runConfig.int("elements"));
  const seed = new Uint32Array(1);
  crypto.getRandomValues(seed);
  let state = seed[0];
  for (let i = 0; i < weights.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    weights[i] = state / 2 ** 31;
  }
  // Each an object of its own: with many of them a disk can be filled to the last byte.
  const small = Array.from(
    { length: runConfig.int("small-arrays") },
    (_, i) => new NDArray(new Float64Array(64).fill(i)),
  );
  const nodes = runConfig.int("nodes");
  const strategy = new FedAvg({ minTrainNodes: nodes, minEvaluateNodes: nodes, minAvailableNodes: nodes });
  const { trainMetricsClientapp } = await strategy.start(
    grid,
    ArrayRecord.from([new NDArray(weights), ...small], { keepInput: false }),
    {
      numRounds: runConfig.int("rounds"),
    },
  );
  console.log(`trained in ${trainMetricsClientapp.size} rounds`);
});
