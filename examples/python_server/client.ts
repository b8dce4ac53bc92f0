/** What runs on each node, beside its examples: linear regression, by stochastic gradient descent. */
import { ArrayRecord, ClientApp, type Context, float, MetricRecord, NDArray, RecordDict } from "corolla";

/** What is learned from: `target` is about a weighted sum of the features. */
interface Example {
  readonly features: readonly number[];
  readonly target: number;
}

/** Named in `pyproject.toml`. */
export const app = new ClientApp()
  .train((message, context) => {
    const weights = weightsIn(message.content.arrays("arrays"));
    const examples = loadExamples(context);
    const lr = message.content.config("config").getFloat("lr");
    for (let epoch = 0; epoch < context.runConfig.int("local-epochs"); epoch++) {
      for (const { features, target } of examples) {
        const error = predict(weights, features) - target;
        features.forEach((feature, i) => weights[i] -= lr * error * feature);
      }
    }
    const arrays = ArrayRecord.from({ weights: new NDArray(weights) });
    const metrics = new MetricRecord({ "num-examples": examples.length });
    return message.reply(new RecordDict({ arrays, metrics }));
  })
  .evaluate((message, context) => {
    const weights = weightsIn(message.content.arrays("arrays"));
    const examples = loadExamples(context);
    const squares = examples.map(({ features, target }) => (predict(weights, features) - target) ** 2);
    const loss = squares.reduce((sum, square) => sum + square, 0) / examples.length;
    const metrics = new MetricRecord({ loss: float(loss), "num-examples": examples.length });
    return message.reply(new RecordDict({ metrics }));
  });

/** A copy of the weights that came, of the type that the server sent: NumPy's float32. */
function weightsIn(arrays: ArrayRecord): Float32Array {
  return arrays.toNamedArrays().get("weights")!.as("float32").copy().data;
}

function predict(weights: Float32Array, features: readonly number[]): number {
  return features.reduce((sum, feature, i) => sum + weights[i] * feature, 0);
}

/** What the examples follow, but for some noise. */
const TRUTH = [1.5, -2, 0.5, 1];

/** This node's examples. They are made up, other ones on each node and the same ones every time. */
function loadExamples({ nodeConfig }: Context): Example[] {
  const random = seeded(nodeConfig.int("partition-id") + 1);
  return Array.from({ length: 40 }, () => {
    const features = TRUTH.map(() => 2 * random() - 1);
    const noise = 0.1 * (random() - 0.5);
    return { features, target: TRUTH.reduce((sum, weight, i) => sum + weight * features[i], noise) };
  });
}

/** A repeatable source of numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
