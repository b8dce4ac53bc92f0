/** What runs on each node, beside its data. It has no network, and reads only what the node's operator allows. */
import { ClientApp, float, MetricRecord, RecordDict } from "corolla";
import { evaluate, fromArrays, loadExamples, toArrays, train } from "./task.ts";

/** Named in `pyproject.toml`. */
export const app = new ClientApp()
  .train((message, context) => {
    const model = fromArrays(message.content.arrays("arrays"));
    const { training } = loadExamples(context);
    const loss = train(model, training, {
      epochs: context.runConfig.int("local-epochs"),
      lr: message.content.config("config").getFloat("lr"),
    });
    const metrics = new MetricRecord({ "train-loss": float(loss), "num-examples": training.length });
    return message.reply(new RecordDict({ arrays: toArrays(model), metrics }));
  })
  .evaluate((message, context) => {
    const model = fromArrays(message.content.arrays("arrays"));
    const { testing } = loadExamples(context);
    const { loss, accuracy } = evaluate(model, testing);
    const metrics = new MetricRecord({
      "eval-loss": float(loss),
      "accuracy": float(accuracy),
      "num-examples": testing.length,
    });
    return message.reply(new RecordDict({ metrics }));
  });
