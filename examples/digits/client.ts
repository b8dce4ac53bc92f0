import { ClientApp, type Context, float, MetricRecord, RecordDict } from "corolla";
import { drawnDigits } from "./drawn.ts";
import { type Examples, Network, PIXELS, seeded } from "./model.ts";

/** Trains and evaluates the network on the images of this node. They never leave it. */
export const app = new ClientApp()
  .train(async (message, context) => {
    const examples = await load(context, "train");
    const network = Network.fromRecord(message.content.arrays("arrays"));
    const round = message.content.config("config").getInt("server-round");
    const { runConfig } = context;
    const loss = network.train(examples, {
      epochs: runConfig.int("local-epochs"),
      batchSize: runConfig.int("batch-size"),
      // Smaller steps from round to round keep nodes that see different digits from pulling apart.
      learningRate: runConfig.float("learning-rate") * runConfig.float("learning-rate-decay") ** (round - 1),
      random: seeded(runConfig.int("seed") + round),
    });
    return message.reply(
      new RecordDict({
        arrays: network.toRecord(),
        metrics: new MetricRecord({ "num-examples": examples.labels.length, train_loss: float(loss) }),
      }),
    );
  })
  .evaluate(async (message, context) => {
    const examples = await load(context, "test");
    const { accuracy, loss } = Network.fromRecord(message.content.arrays("arrays")).evaluate(examples);
    const metrics = { "num-examples": examples.labels.length, accuracy: float(accuracy), loss: float(loss) };
    return message.reply(new RecordDict({ metrics: new MetricRecord(metrics) }));
  });

/** The images of this node, from the folder that its operator named and lets apps read; without one, drawn ones. */
async function load({ nodeConfig, nodeId }: Context, part: "train" | "test"): Promise<Examples> {
  if (!nodeConfig.has("data-dir")) {
    const node = nodeConfig.has("partition-id") ? nodeConfig.int("partition-id") : Number(nodeId % 1000n);
    return part === "train" ? drawnDigits(400, 2 * node) : drawnDigits(100, 2 * node + 1);
  }
  const folder = nodeConfig.string("data-dir");
  const [images, labels] = await Promise.all([
    Deno.readFile(`${folder}/${part}-images.bin`),
    Deno.readFile(`${folder}/${part}-labels.bin`),
  ]);
  if (labels.length === 0 || images.length !== labels.length * PIXELS) {
    throw new RangeError(`Cannot use ${folder} as it must hold ${PIXELS} bytes of image for each label`);
  }
  return { images, labels };
}
