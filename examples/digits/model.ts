/**
 * A neural network with one hidden layer, in plain loops over typed arrays: 784 pixels, some hidden units with ReLU,
 * ten digits with softmax.
 *
 * @module
 */
import { ArrayRecord, NDArray } from "corolla";

/** Pixels of an image. */
export const PIXELS = 784;
const WIDTH = 28;
const DIGITS = 10;

/** Images and what they show. */
export interface Examples {
  /** A byte a pixel, {@link PIXELS} an image. */
  readonly images: Uint8Array;
  /** A byte an image: the digit. */
  readonly labels: Uint8Array;
}

/** How a network is trained. */
export interface TrainOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Evenly distributed numbers from 0 to 1. */
  readonly random: () => number;
}

/** How well a network does. */
export interface Score {
  /** The part of the images it reads right. */
  readonly accuracy: number;
  /** The mean cross entropy. */
  readonly loss: number;
}

/** A repeatable source of numbers from 0 to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The network's numbers. Weights are stored input by input, so that the row of a black pixel can be skipped whole. */
interface Layers {
  readonly weights1: Float32Array;
  readonly biases1: Float32Array;
  readonly weights2: Float32Array;
  readonly biases2: Float32Array;
}

const LAYERS = ["weights1", "biases1", "weights2", "biases2"] as const;

/** A network, and room for what it works with. */
export class Network {
  readonly hidden: number;
  readonly #layers: Layers;
  readonly #gradients: Layers;
  readonly #activations: Float32Array;
  readonly #errors: Float32Array;
  readonly #scores = new Float32Array(DIGITS);

  private constructor(layers: Layers) {
    this.hidden = layers.biases1.length;
    this.#layers = layers;
    this.#gradients = emptyLayers(this.hidden);
    this.#activations = new Float32Array(this.hidden);
    this.#errors = new Float32Array(this.hidden);
  }

  /** A network that has learned nothing: small random weights. */
  static fresh(hidden: number, random: () => number): Network {
    const layers = emptyLayers(hidden);
    const spread = (inputs: number) => () => (random() * 2 - 1) * Math.sqrt(6 / inputs);
    layers.weights1.forEach((_, i, all) => all[i] = spread(PIXELS)());
    layers.weights2.forEach((_, i, all) => all[i] = spread(hidden)());
    return new Network(layers);
  }

  /** The network in a record made by {@link toRecord}; it computes on numbers of its own. */
  static fromRecord(record: ArrayRecord): Network {
    const numbers = (name: string) => {
      const array = record.get(name);
      if (!array) throw new TypeError(`Cannot read the network as "${name}" is missing`);
      return Float32Array.from(array.toNDArray().toNumbers());
    };
    return new Network(Object.fromEntries(LAYERS.map((name) => [name, numbers(name)])) as unknown as Layers);
  }

  /** The network's numbers, to be sent. */
  toRecord(): ArrayRecord {
    const { weights1, biases1, weights2, biases2 } = this.#layers;
    return ArrayRecord.from({
      weights1: new NDArray(weights1, [PIXELS, this.hidden]),
      biases1: new NDArray(biases1),
      weights2: new NDArray(weights2, [this.hidden, DIGITS]),
      biases2: new NDArray(biases2),
    });
  }

  /** Learns from the examples by minibatch gradient descent. Gives the mean loss of the last epoch. */
  train(examples: Examples, { epochs, batchSize, learningRate, random }: TrainOptions): number {
    const count = examples.labels.length;
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    let loss = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      shuffle(order, random);
      loss = 0;
      for (let start = 0; start < count; start += batchSize) {
        const batch = order.subarray(start, start + batchSize);
        for (const index of batch) {
          const image = shifted(imageOf(examples.images, index), random);
          loss += this.#learn(image, examples.labels[index]);
        }
        this.#step(learningRate / batch.length);
      }
    }
    return loss / count;
  }

  /** How well the network reads the examples. */
  evaluate({ images, labels }: Examples): Score {
    let right = 0;
    let loss = 0;
    labels.forEach((label, i) => {
      const scores = this.#read(imageOf(images, i));
      loss += lossOf(scores, label);
      if (scores.indexOf(Math.max(...scores)) === label) right++;
    });
    return { accuracy: right / labels.length, loss: loss / labels.length };
  }

  /** How likely each digit is. The result is overwritten by the next call. */
  #read(image: Uint8Array): Float32Array {
    const { weights1, biases1, weights2, biases2 } = this.#layers;
    const { hidden } = this;
    const activations = this.#activations;
    activations.set(biases1);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      if (image[pixel] === 0) continue;
      const value = image[pixel] / 255;
      const row = pixel * hidden;
      for (let unit = 0; unit < hidden; unit++) activations[unit] += value * weights1[row + unit];
    }
    const scores = this.#scores;
    scores.set(biases2);
    for (let unit = 0; unit < hidden; unit++) {
      if (activations[unit] <= 0) {
        activations[unit] = 0;
        continue;
      }
      for (let digit = 0; digit < DIGITS; digit++) {
        scores[digit] += activations[unit] * weights2[unit * DIGITS + digit];
      }
    }
    return softmax(scores);
  }

  /** Adds what one example says to the gradients. Gives its loss. */
  #learn(image: Uint8Array, label: number): number {
    const scores = this.#read(image);
    const loss = lossOf(scores, label);
    scores[label] -= 1;
    this.#learnHidden(scores);
    const { weights1, biases1 } = this.#gradients;
    const { hidden } = this;
    const errors = this.#errors;
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      if (image[pixel] === 0) continue;
      const value = image[pixel] / 255;
      const row = pixel * hidden;
      for (let unit = 0; unit < hidden; unit++) weights1[row + unit] += value * errors[unit];
    }
    for (let unit = 0; unit < hidden; unit++) biases1[unit] += errors[unit];
    return loss;
  }

  /** The output layer's part, and the errors of the hidden units. */
  #learnHidden(outputErrors: Float32Array): void {
    const { weights2 } = this.#layers;
    const gradients = this.#gradients;
    const activations = this.#activations;
    for (let digit = 0; digit < DIGITS; digit++) gradients.biases2[digit] += outputErrors[digit];
    for (let unit = 0; unit < this.hidden; unit++) {
      let error = 0;
      for (let digit = 0; digit < DIGITS; digit++) {
        const weight = unit * DIGITS + digit;
        gradients.weights2[weight] += activations[unit] * outputErrors[digit];
        error += weights2[weight] * outputErrors[digit];
      }
      this.#errors[unit] = activations[unit] > 0 ? error : 0;
    }
  }

  /** Moves every number against its gradient, and starts the gradients anew. */
  #step(rate: number): void {
    for (const name of LAYERS) {
      const numbers = this.#layers[name];
      const gradients = this.#gradients[name];
      for (let i = 0; i < numbers.length; i++) numbers[i] -= rate * gradients[i];
      gradients.fill(0);
    }
  }
}

function emptyLayers(hidden: number): Layers {
  return {
    weights1: new Float32Array(PIXELS * hidden),
    biases1: new Float32Array(hidden),
    weights2: new Float32Array(hidden * DIGITS),
    biases2: new Float32Array(DIGITS),
  };
}

function imageOf(images: Uint8Array, index: number): Uint8Array {
  return images.subarray(index * PIXELS, (index + 1) * PIXELS);
}

/** The image moved by at most a pixel in each direction: a digit is the same digit a little to the left. */
function shifted(image: Uint8Array, random: () => number): Uint8Array {
  const move = Math.floor(random() * 3 - 1) + WIDTH * Math.floor(random() * 3 - 1);
  if (move === 0) return image;
  const result = new Uint8Array(PIXELS);
  if (move > 0) result.set(image.subarray(0, PIXELS - move), move);
  else result.set(image.subarray(-move));
  return result;
}

function lossOf(scores: Float32Array, label: number): number {
  return -Math.log(Math.max(scores[label], 1e-12));
}

/** Turns scores into likelihoods, in place. */
function softmax(scores: Float32Array): Float32Array {
  const largest = Math.max(...scores);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += scores[i] = Math.exp(scores[i] - largest);
  for (let i = 0; i < scores.length; i++) scores[i] /= sum;
  return scores;
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
}
