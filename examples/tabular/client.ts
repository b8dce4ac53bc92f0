/** What runs on each node, beside the people it knows. What it sends tells next to nothing about any one of them. */
import {
  ArrayRecord,
  ClientApp,
  type Context,
  float,
  localDpMod,
  MetricRecord,
  type Mod,
  NDArray,
  RecordDict,
} from "corolla";
import { accuracyOf, loadPeople, privateStep, weightsOf } from "./task.ts";

/** Adds the noise that hides each person: as much as one can move this node's model. */
const hideEachPerson: Mod = async (message, context, next) => {
  const { training } = await loadPeople(context);
  const { lr, clippingNorm, epsilon, delta } = settingsOf(context);
  const longest = lr * clippingNorm;
  const mod = localDpMod({
    clippingNorm: longest,
    sensitivity: longest / training.length,
    epsilon,
    delta,
  });
  return await mod(message, context, next);
};

/** Named in `pyproject.toml`. */
export const app = new ClientApp()
  .train({ mods: [hideEachPerson] }, async (message, context) => {
    const { training } = await loadPeople(context);
    const weights = weightsOf(message.content.arrays("arrays"));
    privateStep(weights, training, settingsOf(context));
    const arrays = ArrayRecord.from({ weights: new NDArray(weights) });
    // Nothing but the model leaves: a training loss would tell about the people without any noise.
    const metrics = new MetricRecord({ "num-examples": training.length });
    return message.reply(new RecordDict({ arrays, metrics }));
  })
  .evaluate(async (message, context) => {
    const { testing } = await loadPeople(context);
    const accuracy = accuracyOf(weightsOf(message.content.arrays("arrays")), testing);
    const metrics = new MetricRecord({ accuracy: float(accuracy), "num-examples": testing.length });
    return message.reply(new RecordDict({ metrics }));
  });

function settingsOf({ runConfig }: Context) {
  return {
    lr: runConfig.float("lr"),
    clippingNorm: runConfig.float("clipping-norm"),
    epsilon: runConfig.float("round-epsilon"),
    delta: runConfig.float("delta"),
  };
}
