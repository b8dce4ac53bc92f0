/**
 * What the ServerApp and the ClientApps agree on: who the workers are, and the model that tells who earns more than
 * {@link GOOD_WAGE} from what else is known of them, a logistic regression.
 *
 * @module
 */
import { ArrayRecord, type Context, NDArray } from "corolla";
import { WORKERS } from "./workers.ts";

/** Dollars an hour; about half of the workers of 1985 earned more. */
const GOOD_WAGE = 8;
const OCCUPATIONS = ["management", "professional", "clerical", "sales", "service", "other"];
const SECTORS = ["manufacturing", "construction", "other"];

/** A worker as the model sees one: numbers around 0, and 1 for one who earns more. */
export interface Person {
  readonly features: readonly number[];
  readonly label: number;
}

/** How many numbers describe a person, the constant among them. */
export const FEATURES = 6 + OCCUPATIONS.length + SECTORS.length;

/** A model that has learned nothing yet. */
export function newModel(): ArrayRecord {
  return ArrayRecord.from({ weights: new NDArray(new Float32Array(FEATURES)) });
}

/** The weights that came in a message; a copy, so that changing it changes nothing else. */
export function weightsOf(arrays: ArrayRecord): Float32Array {
  return arrays.toNamedArrays().get("weights")!.as("float32").copy().data;
}

/**
 * One step down the mean gradient of all people, in which nobody pulls harder than `clippingNorm`: how far the model
 * moves hangs on any one of them by at most `lr * clippingNorm / people.length`. That is what the noise has to hide.
 */
export function privateStep(
  weights: Float32Array,
  people: readonly Person[],
  { lr, clippingNorm }: { lr: number; clippingNorm: number },
): void {
  const sum = new Float64Array(weights.length);
  for (const person of people) {
    const error = likelihood(weights, person) - person.label;
    const length = Math.hypot(...person.features) * Math.abs(error);
    const pull = error * Math.min(1, clippingNorm / length);
    person.features.forEach((feature, i) => sum[i] += pull * feature);
  }
  sum.forEach((total, i) => weights[i] -= lr * total / people.length);
}

/** The part of the people of whom the model is right. */
export function accuracyOf(weights: Float32Array, people: readonly Person[]): number {
  const right = people.filter((person) => (likelihood(weights, person) > 0.5) === (person.label === 1));
  return right.length / people.length;
}

function likelihood(weights: Float32Array, { features }: Person): number {
  return 1 / (1 + Math.exp(-features.reduce((sum, feature, i) => sum + weights[i] * feature, 0)));
}

/**
 * The people whom this node knows; every fifth is left for testing. Simulated nodes, and those that are given a
 * `partition-id` and `num-partitions`, deal the workers of `workers.ts` out among themselves. A node of your own has a
 * table of its own: name it with `--node-config 'people="/data/people.csv"'`, and let apps read it with
 * `--allow-app-read /data/people.csv`.
 */
export async function loadPeople(
  { nodeConfig }: Context,
): Promise<{ training: Person[]; testing: Person[] }> {
  const people = nodeConfig.has("people")
    ? peopleIn(await Deno.readTextFile(nodeConfig.string("people")))
    : dealt(nodeConfig.int("partition-id"), nodeConfig.int("num-partitions"));
  return {
    training: people.filter((_, i) => i % 5 !== 0),
    testing: people.filter((_, i) => i % 5 === 0),
  };
}

function dealt(partition: number, partitions: number): Person[] {
  return peopleIn(WORKERS).filter((_, i) => i % partitions === partition);
}

/** Reads a table. What the numbers are scaled by is known beforehand: measuring it would tell about the people. */
function peopleIn(table: string): Person[] {
  const [, ...lines] = table.trim().split("\n");
  return lines.map((line) => {
    const [wage, education, experience, south, gender, occupation, sector] = line.split(",");
    const years = (Number(experience) - 18) / 12;
    const numbers = [1, (Number(education) - 13) / 3, years, years ** 2 - 1, Number(south)];
    const kinds = [
      gender === "female",
      ...OCCUPATIONS.map((name) => name === occupation),
      ...SECTORS.map((name) => name === sector),
    ];
    return { features: [...numbers, ...kinds.map(Number)], label: Number(wage) > GOOD_WAGE ? 1 : 0 };
  });
}
