/** What leads the run: FedAvg, and a look at what came out. */
import { ArrayRecord, FedAvg, NDArray, ServerApp } from "corolla";

/** The mean of the nodes' steps, weighed by their examples: (1 * 1 + 3 * 5) / 4. */
const STEP = 4;

export const app = new ServerApp().main(async (grid, { runConfig }) => {
  if (runConfig.string("raise-in") === "serverapp") throw new Error("the ServerApp raises on purpose");
  const nodes = runConfig.int("min-nodes");
  const numRounds = runConfig.int("num-server-rounds");
  const strategy = new FedAvg({ minTrainNodes: nodes, minEvaluateNodes: nodes, minAvailableNodes: nodes });
  const model = [new NDArray(new Float32Array(1_000), [20, 50]), new NDArray(new Float64Array(7))];
  const result = await strategy.start(grid, ArrayRecord.from(model), { numRounds });

  const trained = result.arrays.toArrays();
  trained.forEach(({ dtype, shape, data }, index) => {
    const same = dtype === model[index].dtype && String(shape) === String(model[index].shape);
    if (!same) throw new Error(`array ${index} came back as ${dtype} of ${shape}`);
    if (![...data].every((value) => value === numRounds * STEP)) throw new Error(`array ${index}: ${data}`);
  });
  const metrics = result.evaluateMetricsClientapp.get(numRounds)!;
  const calls = metrics.getFloat("calls");
  if (calls !== 2 * numRounds) throw new Error(`each node counted ${calls} calls`);
  console.log(`The model is ${trained[0].data[0]}.0 everywhere after ${calls}.0 calls of each node`);
  const share = metrics.getFloat("typescript").toFixed(2);
  console.log(`Led in TypeScript; share of the examples in TypeScript: ${share}`);
});
