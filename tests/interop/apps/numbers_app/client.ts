/**
 * What runs on each node: two linear models, whose steps are the same in every language. Each operation is rounded to
 * the element type, and sums go from left to right: there is one right answer. `client_app.py` is its twin.
 */
import {
  adaptiveclippingMod,
  ArrayRecord,
  ClientApp,
  ConfigRecord,
  type Context,
  fixedclippingMod,
  float,
  int,
  type Message,
  MetricRecord,
  NDArray,
  RecordDict,
} from "corolla";

const EXAMPLES = 6, FEATURES = 5;

/** Fixed data: multiples of 1/16, so that every float type holds them exactly. */
const feature = (node: number, example: number, column: number) =>
  ((example * 7 + column * 5 + node * 3) % 17) / 16 - 0.5;

/** What the model is to find, each node another thing. */
const target = (node: number, example: number) => ((example * 5 + node * 11) % 13) / 8 - 0.75;

interface Model {
  readonly weights: NDArray;
  readonly bias: NDArray;
}

/** Gradient steps on squared errors, pulled back to where they began. Gives the model and the mean loss. */
function sgd({ weights, bias }: Model, { node, config }: { node: number; config: ConfigRecord }) {
  const { dtype } = weights;
  const round = dtype === "float32" ? Math.fround : Number;
  const start = [...weights.toNumbers(), ...bias.toNumbers()];
  const now = [...start];
  const rate = round(config.getFloat("lr"));
  const pull = round(config.has("proximal-mu") ? config.getFloat("proximal-mu") : 0);
  let loss = 0;
  for (let epoch = 0; epoch < config.getInt("epochs"); epoch++) {
    loss = 0;
    for (let example = 0; example < EXAMPLES; example++) {
      const inputs = Array.from({ length: FEATURES }, (_, column) => feature(node, example, column));
      inputs.push(1);
      const sum = (total: number, value: number, i: number) => round(total + round(now[i] * value));
      const error = inputs.reduce(sum, -target(node, example));
      loss += error * error / EXAMPLES;
      inputs.forEach((value, i) => {
        const back = round(pull * round(now[i] - start[i]));
        now[i] = round(now[i] - round(rate * round(round(error * value) + back)));
      });
    }
  }
  const data = dtype === "float32" ? new Float32Array(now) : new Float64Array(now);
  return { trained: [new NDArray(data.slice(0, -1)), new NDArray(data.slice(-1))], loss };
}

/** A reply with this node's numbers, and with the arrays, if any. */
function reply(message: Message, context: Context, result: { loss: number; arrays?: ArrayRecord }): Message {
  const { loss, arrays } = result;
  const metrics = new MetricRecord({
    "num-examples": int(10 + 3 * context.nodeConfig.int("partition-id")),
    train_loss: float(loss),
    both: float([loss, 2 * loss]),
  });
  return message.reply(new RecordDict({ ...arrays && { arrays }, metrics }));
}

function modelIn(message: Message, weights: string, bias: string): Model {
  const arrays = message.content.arrays("arrays").toNamedArrays();
  return { weights: arrays.get(weights)!, bias: arrays.get(bias)! };
}

function train(message: Message, context: Context): Message {
  const work = { node: context.nodeConfig.int("partition-id"), config: message.content.config("config") };
  const single = sgd(modelIn(message, "w", "b"), work);
  const double = sgd(modelIn(message, "v", "c"), work);
  const [w, b] = single.trained, [v, c] = double.trained;
  return reply(message, context, { loss: double.loss, arrays: ArrayRecord.from({ w, b, v, c }) });
}

/** A reply with a model that is text. */
function answerText(message: Message, context: Context, text: string): Message {
  const arrays = ArrayRecord.from([new NDArray(new TextEncoder().encode(text))]);
  return reply(message, context, {
    loss: 1 / message.content.config("config").getInt("server-round"),
    arrays,
  });
}

export const app = new ClientApp()
  .train(train)
  .train("fixed", { mods: [fixedclippingMod] }, train)
  .train("adaptive", { mods: [adaptiveclippingMod] }, train)
  // One tree, in the shape of an XGBoost model.
  .train("tree", (message, context) => {
    const node = context.nodeConfig.int("partition-id");
    const turn = message.content.config("config").getInt("server-round");
    const grown = `{"id": 0, "base_weights": [${node}.25, -${turn}e-05], "split_conditions": [1.0]}`;
    const param = '{"num_parallel_tree": "1", "num_trees": "1"}';
    const model =
      `{"gbtree_model_param": ${param}, "iteration_indptr": [0, 1], "tree_info": [0], "trees": [${grown}]}`;
    return answerText(message, context, `{"learner": {"gradient_booster": {"model": ${model}}}}`);
  })
  // Adds to the model that goes round.
  .train("turn", (message, context) => {
    const [came] = message.content.arrays("arrays").toArrays();
    const text = new TextDecoder().decode(came.as("uint8").data);
    return answerText(message, context, `${text}${context.nodeConfig.int("partition-id")};`);
  })
  // How good the model is, without a step; of text, how long it is.
  .evaluate((message, context) => {
    const text = message.content.arrays("arrays").get("0");
    if (text) return reply(message, context, { loss: text.toNDArray().size });
    const config = new ConfigRecord({ lr: float(0), epochs: int(1) });
    const work = { node: context.nodeConfig.int("partition-id"), config };
    return reply(message, context, { loss: sgd(modelIn(message, "v", "c"), work).loss });
  })
  .query((message, { nodeConfig }) => {
    const node = new ConfigRecord({ "partition-id": nodeConfig.int("partition-id") });
    return message.reply(new RecordDict({ node }));
  });
