/**
 * All that is needed to go on with a run after a round, as one safetensors file: the model, what the strategy
 * remembers, and the metrics so far.
 *
 * @module
 */
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import type { NDArray } from "../model/record/ndarray.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import { entriesFromJson, entriesToJson, type EntryJson } from "./record_json.ts";
import type { MetricsByRound } from "./result.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/**
 * A run after one of its rounds.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, type Checkpoint, RecordDict } from "corolla";
 *
 * const checkpoint: Checkpoint = {
 *   round: 3,
 *   arrays: new ArrayRecord(),
 *   strategy: "FedAvg",
 *   state: new RecordDict(),
 *   metrics: { train: new Map(), evaluate: new Map(), server: new Map() },
 * };
 * // await new FedAvg().start(grid, model, { numRounds: 10, resume: checkpoint });
 * assertEquals(checkpoint.round, 3);
 * ```
 */
export interface Checkpoint {
  /** The round that was done last. */
  readonly round: number;
  /** The model after that round. */
  readonly arrays: ArrayRecord;
  /** The name of the strategy's class. */
  readonly strategy: string;
  /** What the strategy remembers. */
  readonly state: RecordDict;
  /** The metrics of all rounds so far. */
  readonly metrics: CheckpointMetrics;
}

/**
 * The metrics of all rounds so far.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type CheckpointMetrics, MetricRecord } from "corolla";
 *
 * const metrics: CheckpointMetrics = {
 *   train: new Map([[1, new MetricRecord({ loss: 0.5 })]]),
 *   evaluate: new Map(),
 *   server: new Map(),
 * };
 * assertEquals(metrics.train.get(1)!.getFloat("loss"), 0.5);
 * ```
 */
export interface CheckpointMetrics {
  /** What the ClientApps reported from training, aggregated. */
  readonly train: MetricsByRound;
  /** What the ClientApps reported from evaluation, aggregated. */
  readonly evaluate: MetricsByRound;
  /** What `evaluateFn` reported; round 0 is the initial model. */
  readonly server: MetricsByRound;
}

const VERSION = "1";
const MODEL = "model";

/** What the file says beside its arrays. */
interface Description {
  readonly round: number;
  readonly strategy: string;
  /** The names of the model's arrays, in order. */
  readonly model: readonly string[];
  readonly state: readonly RecordJson[];
  readonly metrics: Readonly<
    Record<keyof CheckpointMetrics, readonly (readonly [number, readonly EntryJson[]])[]>
  >;
}

type RecordJson =
  | { readonly name: string; readonly arrays: readonly string[] }
  | {
    readonly name: string;
    readonly type: "MetricRecord" | "ConfigRecord";
    readonly entries: readonly EntryJson[];
  };

/**
 * The file, as consecutive pieces. Arrays are not copied.
 * @throws {TypeError} when an array cannot be written
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, decodeCheckpoint, encodeCheckpoint, NDArray, RecordDict } from "corolla";
 *
 * const pieces = encodeCheckpoint({
 *   round: 3,
 *   arrays: ArrayRecord.from({ w: new NDArray(Float32Array.of(1, 2)) }),
 *   strategy: "FedAvg",
 *   state: new RecordDict(),
 *   metrics: { train: new Map(), evaluate: new Map(), server: new Map() },
 * });
 * const file = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
 * assertEquals(decodeCheckpoint(file).round, 3);
 * ```
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array[] {
  const arrays = new Map<string, NDArray>(placed(MODEL, checkpoint.arrays));
  for (const [name, record] of checkpoint.state.arrayRecords()) {
    for (const [key, array] of placed(`state/${name}`, record)) arrays.set(key, array);
  }
  const { train, evaluate, server } = checkpoint.metrics;
  const description: Description = {
    round: checkpoint.round,
    strategy: checkpoint.strategy,
    model: [...checkpoint.arrays.keys()],
    state: Array.from(
      checkpoint.state,
      ([name, record]) =>
        record instanceof ArrayRecord
          ? { name, arrays: [...record.keys()] }
          : { name, type: record.recordType, entries: entriesToJson(record) },
    ),
    metrics: { train: roundsToJson(train), evaluate: roundsToJson(evaluate), server: roundsToJson(server) },
  };
  return encodeSafetensors({
    arrays,
    metadata: { format: "corolla-checkpoint", version: VERSION, checkpoint: JSON.stringify(description) },
  });
}

/**
 * The checkpoint in a file.
 * @throws {TypeError} when it is no checkpoint of this program, or is cut
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { ArrayRecord, decodeCheckpoint, encodeCheckpoint, NDArray, RecordDict } from "corolla";
 *
 * // In an app: const file = await Deno.readFile(`${context.runFolder}/checkpoints/round-000003.safetensors`);
 * const pieces = encodeCheckpoint({
 *   round: 3,
 *   arrays: ArrayRecord.from({ w: new NDArray(Float32Array.of(1, 2)) }),
 *   strategy: "FedAvg",
 *   state: new RecordDict(),
 *   metrics: { train: new Map(), evaluate: new Map(), server: new Map() },
 * });
 * const file = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
 * assertEquals([...decodeCheckpoint(file).arrays.toArrays()[0].toNumbers()], [1, 2]);
 * assertThrows(() => decodeCheckpoint(file.subarray(0, 100)), TypeError);
 * ```
 */
export function decodeCheckpoint(file: Uint8Array): Checkpoint {
  const { arrays, metadata } = decodeSafetensors(file);
  if (metadata.version !== VERSION || !metadata.checkpoint) {
    throw new TypeError(
      "Cannot resume as the file must be a checkpoint of corolla: it is another safetensors file",
    );
  }
  const { round, strategy, model, state, metrics }: Description = JSON.parse(metadata.checkpoint);
  const take = (folder: string, keys: readonly string[]) =>
    ArrayRecord.from(new Map(keys.map((key) => [key, arrays.get(`${folder}/${key}`)!])), {
      keepInput: false,
    });
  const records = state.map((record) =>
    [
      record.name,
      "arrays" in record ? take(`state/${record.name}`, record.arrays) : recordOf(record),
    ] as const
  );
  return {
    round,
    strategy,
    arrays: take(MODEL, model),
    state: new RecordDict(records),
    metrics: {
      train: roundsFromJson(metrics.train),
      evaluate: roundsFromJson(metrics.evaluate),
      server: roundsFromJson(metrics.server),
    },
  };
}

function* placed(folder: string, record: ArrayRecord): Generator<[string, NDArray]> {
  for (const [key, array] of record) yield [`${folder}/${key}`, array.toNDArray()];
}

function recordOf(
  { type, entries }: { type: "MetricRecord" | "ConfigRecord"; entries: readonly EntryJson[] },
): MetricRecord | ConfigRecord {
  const record = type === "MetricRecord" ? new MetricRecord() : new ConfigRecord();
  for (const [key, entry] of entriesFromJson(entries)) record.setEntry(key, entry);
  return record;
}

function roundsToJson(rounds: MetricsByRound): (readonly [number, readonly EntryJson[]])[] {
  return Array.from(rounds, ([round, metrics]) => [round, entriesToJson(metrics)] as const);
}

function roundsFromJson(rounds: readonly (readonly [number, readonly EntryJson[]])[]): MetricsByRound {
  return new Map(
    rounds.map(([round, entries]) => [round, recordOf({ type: "MetricRecord", entries }) as MetricRecord]),
  );
}
