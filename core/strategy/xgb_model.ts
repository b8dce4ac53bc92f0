import { type Json, JsonFloat, type JsonObject, jsonText, parseJson } from "./python_json.ts";

/** An XGBoost model in JSON, as far as bagging has to know it. */
export class XgbModel {
  readonly #root: Json;

  /** @throws {SyntaxError} when the bytes are no JSON text */
  constructor(bytes: Uint8Array) {
    this.#root = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  }

  /**
   * Appends the newest trees of another model: as many as it grows at a time.
   * @throws {TypeError} when one of the two is no model of trees
   */
  append(other: XgbModel): void {
    const parallel = other.#count("num_parallel_tree");
    const trees = this.#count("num_trees");
    const fresh = list(other.#model, "trees").slice(0, parallel);
    if (fresh.length < parallel) {
      throw new TypeError(
        `Cannot append an XGBoost model as it must hold ${parallel} trees: there are ${fresh.length}`,
      );
    }
    parameters(this.#model).set("num_trees", String(trees + parallel));
    const boundaries = list(this.#model, "iteration_indptr");
    boundaries.push(wholeNumber(boundaries.at(-1)) + BigInt(parallel));
    fresh.forEach((tree, place) => {
      list(this.#model, "trees").push(new Map(object(tree, "a tree")).set("id", BigInt(trees + place)));
      list(this.#model, "tree_info").push(0n);
    });
  }

  /** The model's JSON, in the form that Flower gives it. */
  encode(): Uint8Array {
    return new TextEncoder().encode(jsonText(this.#root));
  }

  get #model(): JsonObject {
    let part = object(this.#root, "the model");
    for (const key of ["learner", "gradient_booster", "model"]) part = object(part.get(key), `"${key}"`);
    return part;
  }

  /** A number that XGBoost writes as text. */
  #count(key: string): number {
    const value = parameters(this.#model).get(key);
    if (typeof value === "string" && /^\d+$/.test(value)) return Number(value);
    throw refusal(`"${key}"`, "a number in quotes");
  }
}

function parameters(model: JsonObject): JsonObject {
  return object(model.get("gbtree_model_param"), '"gbtree_model_param"');
}

function object(value: Json | undefined, name: string): JsonObject {
  if (value instanceof Map) return value;
  throw refusal(name, "an object");
}

function list(model: JsonObject, key: string): Json[] {
  const value = model.get(key);
  if (Array.isArray(value)) return value;
  throw refusal(`"${key}"`, "a list");
}

function wholeNumber(value: Json | undefined): bigint {
  if (typeof value === "bigint") return value;
  throw refusal('the last of "iteration_indptr"', value instanceof JsonFloat ? "whole" : "a number");
}

function refusal(name: string, expected: string): TypeError {
  return new TypeError(`Cannot use an XGBoost model as ${name} must be ${expected}`);
}
