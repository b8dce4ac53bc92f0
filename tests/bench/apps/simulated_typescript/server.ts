import { ArrayRecord, FedAvg, NDArray, ServerApp } from "corolla";

/** Averages a model over a part of the nodes, and says what came out. */
export const app = new ServerApp().main(async (grid, { runConfig }) => {
  const initial = ArrayRecord.from({ model: new NDArray(new Float32Array(runConfig.int("elements"))) });
  const strategy = new FedAvg({ fractionTrain: runConfig.float("fraction"), fractionEvaluate: 0 });
  const { arrays } = await strategy.start(grid, initial, { numRounds: runConfig.int("rounds") });
  const numbers = arrays.toArrays()[0].data as Float32Array;
  console.log(`The model begins with ${numbers[0]} and ends with ${numbers.at(-1)}`);
});
