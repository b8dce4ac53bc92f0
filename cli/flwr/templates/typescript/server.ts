/** What leads the run, beside the SuperLink. */
import { ConfigRecord, encodeNpz, FedAvg, float, ServerApp } from "corolla";
import { newModel, toArrays } from "./task.ts";

/** Named in `pyproject.toml`. */
export const app = new ServerApp()
  .main(async (grid, context) => {
    const { runConfig, runFolder } = context;
    const result = await new FedAvg().start(grid, toArrays(newModel()), {
      numRounds: runConfig.int("num-server-rounds"),
      trainConfig: new ConfigRecord({ lr: float(runConfig.float("lr")) }),
    });

    for (const [round, metrics] of result.evaluateMetricsClientapp) {
      console.log(`Round ${round}: accuracy ${metrics.getFloat("accuracy").toFixed(3)}`);
    }
    const path = `${runFolder}/model.npz`;
    await Deno.writeFile(path, encodeNpz(result.arrays));
    console.log(`The final model is ${path}`);
  });
