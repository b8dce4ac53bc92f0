/**
 * What the ServerApp and the ClientApps agree on: the model, how it learns, and where its examples come from.
 *
 * The model is a logistic regression: it tells two kinds of examples apart by a weighted sum of their features.
 *
 * @module
 */
import { ArrayRecord, type Context, NDArray } from "corolla";

/** How many numbers describe an example. */
const FEATURES = 8;

/** What is trained, and what travels between the server and the nodes. */
export interface Model {
  readonly weights: Float32Array;
  /** One number. */
  readonly bias: Float32Array;
}

/** What is learned from, or tested with. */
export interface Example {
  readonly features: Float32Array;
  /** 0 or 1. */
  readonly label: number;
}

/** A model that has learned nothing yet. */
export function newModel(): Model {
  return { weights: new Float32Array(FEATURES), bias: new Float32Array(1) };
}

/** The model as it travels in a message. */
export function toArrays({ weights, bias }: Model): ArrayRecord {
  return ArrayRecord.from({ weights: new NDArray(weights), bias: new NDArray(bias) });
}

/** The model that came in a message; a copy, so that training it changes nothing else. */
export function fromArrays(arrays: ArrayRecord): Model {
  const named = arrays.toNamedArrays();
  const numbers = (name: string) => named.get(name)!.as("float32").copy().data;
  return { weights: numbers("weights"), bias: numbers("bias") };
}

/** Stochastic gradient descent: changes `model`. @returns the mean loss of the last epoch */
export function train(
  model: Model,
  examples: readonly Example[],
  { epochs, lr }: { epochs: number; lr: number },
): number {
  let loss = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    loss = 0;
    for (const { features, label } of examples) {
      const likely = predict(model, features);
      loss += lossOf(likely, label) / examples.length;
      const step = lr * (likely - label);
      for (let i = 0; i < FEATURES; i++) model.weights[i] -= step * features[i];
      model.bias[0] -= step;
    }
  }
  return loss;
}

/** How well the model does on examples it has not seen. */
export function evaluate(model: Model, examples: readonly Example[]): { loss: number; accuracy: number } {
  let loss = 0;
  let right = 0;
  for (const { features, label } of examples) {
    const likely = predict(model, features);
    loss += lossOf(likely, label);
    if ((likely > 0.5) === (label === 1)) right++;
  }
  return { loss: loss / examples.length, accuracy: right / examples.length };
}

/** The likelihood that the label is 1. */
function predict({ weights, bias }: Model, features: Float32Array): number {
  const sum = features.reduce((sum, feature, i) => sum + weights[i] * feature, bias[0]);
  return 1 / (1 + Math.exp(-sum));
}

function lossOf(likely: number, label: number): number {
  return -Math.log(Math.max(label === 1 ? likely : 1 - likely, 1e-7));
}

/**
 * This node's examples. They are made up here, so that the app runs at once: every node has others, and each sees
 * one part of the world more than the rest.
 *
 * With data of your own, read it from a folder: give its path to the node with `--node-config 'data-dir="/data"'`,
 * let apps read it with `--allow-app-read /data`, and take the path from `context.nodeConfig.string("data-dir")`.
 */
export function loadExamples(context: Context): { training: Example[]; testing: Example[] } {
  const partition = partitionOf(context);
  const normal = normalFrom(partition + 1);
  const examples = Array.from({ length: 500 }, () => makeExample(normal, partition));
  return { training: examples.slice(0, 400), testing: examples.slice(400) };
}

/** Which part of the data is this node's: set with `--node-config partition-id=0`, else it follows from the id. */
function partitionOf({ nodeConfig, nodeId }: Context): number {
  return nodeConfig.has("partition-id") ? nodeConfig.int("partition-id") : Number(nodeId % 1000n);
}

/** What the model has to find out. */
const TRUTH = [1.5, -2, 0.5, 1, -1, 0.25, -0.5, 2];

function makeExample(normal: () => number, partition: number): Example {
  const features = Float32Array.from(TRUTH, (_, i) => normal() + (i === partition % FEATURES ? 1 : 0));
  const sum = TRUTH.reduce((sum, weight, i) => sum + weight * features[i], 0);
  return { features, label: sum + 0.5 * normal() > 0.3 ? 1 : 0 };
}

/** Normally distributed numbers, the same ones for the same seed. */
function normalFrom(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
