/** Answers with the model as it came, after as long as it is told to take. */
import { ClientApp, float, MetricRecord, RecordDict } from "corolla";

export const app = new ClientApp()
  .train(async (message, { runConfig }) => {
    console.log("training begins");
    await new Promise((resolve) => setTimeout(resolve, runConfig.int("train-ms")));
    const arrays = message.content.arrays("arrays");
    return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 1 }) }));
  })
  .evaluate((message) =>
    message.reply(new RecordDict({ metrics: new MetricRecord({ "num-examples": 1, loss: float(1) }) }))
  );
