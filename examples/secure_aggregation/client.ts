/** What runs on each node, beside its readings. What it sends looks like chance until all nodes' are added up. */
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

/** Named in `pyproject.toml`. The outer mod speaks SecAgg+, the inner one Flower's old record names, which it uses. */
export const app = new ClientApp({ mods: [secaggplusMod, legacyMod] })
  .train((message, context) => {
    const readings = readingsOf(context);
    const arrays = ArrayRecord.from({ mean: new NDArray(Float64Array.of(meanOf(readings))) });
    // The server weighs each mean by the number of readings; this number it does see.
    const metrics = new MetricRecord({ "num-examples": readings.length });
    return message.reply(new RecordDict({ arrays, metrics }));
  })
  .evaluate((message, context) => {
    const [mean] = message.content.arrays("arrays").toArrays()[0].toNumbers();
    const readings = readingsOf(context);
    const metrics = { loss: float(Math.abs(mean - meanOf(readings))), "num-examples": readings.length };
    return message.reply(new RecordDict({ metrics: new MetricRecord(metrics) }));
  });

function meanOf(readings: readonly number[]): number {
  return readings.reduce((sum, reading) => sum + reading, 0) / readings.length;
}

/** The node's readings. They are made up: node 0 has 10 of 1.0, node 1 has 20 of 2.0, and so on. */
function readingsOf({ nodeConfig }: Context): number[] {
  const place = nodeConfig.int("partition-id") + 1;
  return new Array(10 * place).fill(place);
}
