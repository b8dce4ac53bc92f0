/** What leads the run, beside the SuperLink. It sees no one's data, and no node's model without its noise. */
import { encodeNpz, FedAdam, PrivacyAccountant, ServerApp } from "corolla";
import { newModel } from "./task.ts";

/** Named in `pyproject.toml`. */
export const app = new ServerApp()
  .main(async (grid, context) => {
    const { runConfig, runFolder } = context;
    const delta = runConfig.float("delta");
    // What a strategy does with noisy models costs no more privacy, so that any one will do.
    const strategy = new FedAdam({ eta: runConfig.float("eta"), dtypePolicy: "keep" });
    const result = await strategy.start(grid, newModel(), { numRounds: runConfig.int("num-server-rounds") });

    const accountant = new PrivacyAccountant();
    for (const [round, metrics] of result.evaluateMetricsClientapp) {
      accountant.step({ noiseMultiplier: noiseOf(runConfig.float("round-epsilon"), delta), samplingRate: 1 });
      const accuracy = (metrics.getFloat("accuracy") * 100).toFixed(1);
      const epsilon = accountant.epsilon(delta).toFixed(2);
      console.log(
        `Round ${round}: right about ${accuracy} % of the people; epsilon ${epsilon} at delta ${delta}`,
      );
    }
    const path = `${runFolder}/model.npz`;
    await Deno.writeFile(path, encodeNpz(result.arrays));
    console.log(`The final model is ${path}`);
  });

/** How many times as wide as one person's part the noise of `localDpMod` is (Dwork and Roth, 2014, theorem A.1). */
function noiseOf(epsilon: number, delta: number): number {
  return Math.sqrt(2 * Math.log(1.25 / delta)) / epsilon;
}
