/** What runs on each node: adds a known amount to the model. */
import {
  ArrayRecord,
  ClientApp,
  type Context,
  float,
  legacyMod,
  MetricRecord,
  NDArray,
  RecordDict,
  secaggplusMod,
} from "corolla";

/** By partition-id: how many examples the node has, and what it adds to every weight. */
const EXAMPLES = [10, 20, 30];
const STEPS = [1, 2, 3];

const partitionOf = (context: Context) => context.nodeConfig.int("partition-id");

export const app = new ClientApp({ mods: [secaggplusMod, legacyMod] })
  .train((message, context) => {
    const partition = partitionOf(context);
    const arrays = message.content.arrays("arrays").toArrays().map(({ data, shape, dtype }) =>
      new NDArray((data as Float64Array).map((value) => value + STEPS[partition]), shape, dtype)
    );
    const metrics = new MetricRecord({ "num-examples": EXAMPLES[partition] });
    return message.reply(new RecordDict({ arrays: ArrayRecord.from(arrays), metrics }));
  })
  .evaluate((message, context) => {
    const metrics = { "num-examples": EXAMPLES[partitionOf(context)], loss: 0.5, typescript: float(1) };
    return message.reply(new RecordDict({ metrics: new MetricRecord(metrics) }));
  });
