/** What runs on each node: adds a known amount to the model and counts its calls. */
import { ArrayRecord, ClientApp, type Context, float, MetricRecord, NDArray, RecordDict } from "corolla";

/** By partition-id: how many examples the node has, and what it adds to every weight. */
const EXAMPLES = [1, 3];
const STEPS = [1, 5];

export const app = new ClientApp()
  .train((message, context) => {
    if (context.runConfig.string("raise-in") === "clientapp") {
      throw new Error("the ClientApp raises on purpose");
    }
    const step = STEPS[context.nodeConfig.int("partition-id")];
    const [weights, biases] = message.content.arrays("arrays").toArrays();
    const arrays = ArrayRecord.from([
      new NDArray(weights.as("float32").data.map((value) => value + step), weights.shape),
      new NDArray(biases.as("float64").data.map((value) => value + step), biases.shape),
    ]);
    return message.reply(new RecordDict({ arrays, metrics: metricsOf(context) }));
  })
  .evaluate((message, context) => message.reply(new RecordDict({ metrics: metricsOf(context) })));

/** This node's metrics, with the number of its calls from the state that outlives them. */
function metricsOf(context: Context): MetricRecord {
  const calls = context.state.has("calls") ? context.state.metrics("calls").getInt("count") : 0;
  context.state.set("calls", new MetricRecord({ count: calls + 1 }));
  const examples = EXAMPLES[context.nodeConfig.int("partition-id")];
  return new MetricRecord({ "num-examples": examples, calls: float(calls + 1), typescript: float(1) });
}
