import { ArrayRecord, ClientApp, MetricRecord, NDArray, RecordDict } from "corolla";

/** Adds 1 to every number. */
export const app = new ClientApp().train((message) => {
  const [model] = message.content.arrays("arrays").toArrays();
  const numbers = (model.data as Float32Array).map((value) => value + 1);
  const arrays = ArrayRecord.from({ model: new NDArray(numbers) });
  return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 1 }) }));
});
