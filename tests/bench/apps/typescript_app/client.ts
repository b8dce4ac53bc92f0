/** Answers with the model moved a little, differently on each node. */
import { ArrayRecord, ClientApp, float, MetricRecord, NDArray, RecordDict } from "corolla";

export const app = new ClientApp()
  .train((message, context) => {
    const step = 0.001 * (1 + context.nodeConfig.int("partition-id"));
    const [{ data, shape }] = message.content.arrays("arrays").toArrays();
    const moved = (data as Float32Array<ArrayBuffer>).map((value) => value + step);
    const arrays = ArrayRecord.from([new NDArray(moved, shape)], { keepInput: false });
    return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 1 }) }));
  })
  .evaluate((message) =>
    message.reply(new RecordDict({ metrics: new MetricRecord({ "num-examples": 1, loss: float(1) }) }))
  );
