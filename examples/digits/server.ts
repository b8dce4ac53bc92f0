import { encodeNpz, FedAvg, type Result, ServerApp } from "corolla";
import { Network, seeded } from "./model.ts";

/** Has the nodes train a network together, and keeps the result in the folder of the run. */
export const app = new ServerApp()
  .main(async (grid, context) => {
    const { runConfig, runFolder } = context;
    const minNodes = runConfig.int("min-nodes");
    const strategy = new FedAvg({
      minTrainNodes: minNodes,
      minEvaluateNodes: minNodes,
      minAvailableNodes: minNodes,
    });
    const network = Network.fresh(runConfig.int("hidden-units"), seeded(runConfig.int("seed")));
    const result = await strategy.start(grid, network.toRecord(), {
      numRounds: runConfig.int("num-server-rounds"),
    });
    if (result.arrays.size === 0) {
      throw new Error("No round brought a model: see the errors of the nodes above");
    }

    for (const { round, accuracy, loss } of roundsOf(result)) {
      const percent = (accuracy * 100).toFixed(2);
      console.log(
        `Round ${round}: ${percent} % of the held-out digits are read right, loss ${loss.toFixed(4)}`,
      );
    }
    await Deno.writeTextFile(
      `${runFolder}/rounds.jsonl`,
      roundsOf(result).map((round) => JSON.stringify(round) + "\n").join(""),
    );
    await Deno.writeFile(`${runFolder}/model.npz`, encodeNpz(result.arrays));
    console.log(`The model is in ${runFolder}/model.npz`);
  });

/** How well the model of each round read the digits that no node trained on. */
function roundsOf(result: Result) {
  return [...result.evaluateMetricsClientapp].map(([round, metrics]) => ({
    round,
    accuracy: metrics.getFloat("accuracy"),
    loss: metrics.getFloat("loss"),
  }));
}
