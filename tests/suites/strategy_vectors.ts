import { vectors } from "../../proto/vectors.ts";
import { Message, MessageMetadata } from "../../core/model/app_message.ts";
import { ArrayRecord } from "../../core/model/record/array_record.ts";
import { ConfigRecord } from "../../core/model/record/config_record.ts";
import { dtypes, type TypedArray } from "../../core/model/record/dtype.ts";
import { float, int } from "../../core/model/record/entry.ts";
import { MetricRecord } from "../../core/model/record/metric_record.ts";
import { NDArray } from "../../core/model/record/ndarray.ts";
import { RecordDict } from "../../core/model/record/record_dict.ts";

/** An array in the vectors: raw little-endian elements. */
export interface ArrayVector {
  readonly key: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly hexLE: string;
}

/** A number, text or list in the vectors. */
export interface ValueVector {
  readonly type: "int" | "float" | "list" | "str" | "bytes";
  readonly value?: unknown;
  readonly hexLE?: string;
  readonly items?: readonly ValueVector[];
}

/** A value under its name. */
export type EntryVector = ValueVector & { readonly key: string };

/** A reply in the vectors. */
export interface ReplyVector {
  readonly srcNodeId: string;
  readonly error?: { readonly code: number; readonly reason: string | null };
  readonly records?: readonly {
    readonly name: string;
    readonly kind: "ArrayRecord" | "MetricRecord" | "ConfigRecord";
    readonly arrays?: readonly ArrayVector[];
    readonly entries?: readonly EntryVector[];
  }[];
}

/** What a step must come to. */
export interface ExpectVector {
  readonly error?: { readonly class: string; readonly message: string };
  readonly arrays?: readonly ArrayVector[] | null;
  readonly metrics?: readonly EntryVector[] | null;
}

/** One round of a case. */
export interface RoundVector {
  readonly round: number;
  readonly currentArrays: readonly ArrayVector[];
  readonly configure?: {
    readonly messageType: string;
    readonly count: number;
    readonly groupId: string;
    readonly ttl: number;
    readonly recordKeys: readonly string[];
    readonly config: readonly EntryVector[];
  };
  /** Absent when the step before failed. */
  readonly replies?: readonly ReplyVector[];
  readonly expect: ExpectVector;
  readonly log: readonly (readonly [string, string])[];
  readonly stateAfter: Readonly<Record<string, ValueVector | readonly ArrayVector[]>>;
}

/** One case: rounds of training, or one aggregation of evaluation results. */
export interface CaseVector {
  readonly id: string;
  readonly strategy: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly evaluate?: boolean;
  /** Whether making the strategy is all that is done. */
  readonly construct?: boolean;
  /** The strategy inside of a wrapper. */
  readonly inner?: { readonly strategy: string };
  readonly rounds?: readonly RoundVector[];
  readonly replies?: readonly ReplyVector[];
  readonly expect?: ExpectVector;
}

/** What a mod makes of a ClientApp's reply. */
export interface ModVector {
  readonly id: string;
  readonly messageType: string;
  readonly sent: ReplyVector["records"];
  readonly returnedByApp: readonly ArrayVector[];
  readonly metricsByApp: readonly EntryVector[] | null;
  readonly expect: ReplyVector & { readonly error?: { readonly class?: string; readonly code?: number } };
}

/** The file of strategy vectors. */
export interface StrategyVectors {
  readonly cases: readonly CaseVector[];
  readonly mods: readonly ModVector[];
  readonly tables: {
    readonly compute_stdv: readonly {
      readonly noise_multiplier: number;
      readonly clipping_norm: number;
      readonly num_sampled_clients: number;
      readonly stdv: ValueVector;
    }[];
    readonly compute_adaptive_noise_params: readonly {
      readonly noise_multiplier: number;
      readonly num_sampled_clients: number;
      readonly clipped_count_stddev: number | null;
      readonly expect: {
        readonly error?: unknown;
        readonly clipped_count_stddev: ValueVector;
        readonly noise_multiplier: ValueVector;
      };
    }[];
    readonly localdp_stddev: readonly {
      readonly sensitivity: number;
      readonly epsilon: number;
      readonly delta: number;
      readonly stddev: ValueVector;
    }[];
  };
  readonly golden: {
    readonly summary_log: Readonly<Record<string, readonly (readonly [string, string])[]>>;
    readonly start_fedavg: {
      readonly log: readonly (readonly [string, string])[];
      readonly resultRepr: string;
      readonly arrays: readonly ArrayVector[];
    };
  };
}

/** Reads the file. */
export async function strategyVectors(): Promise<StrategyVectors> {
  return await vectors<StrategyVectors>("strategies.json");
}

/** The array of a vector. */
export function arrayOf({ dtype, shape, hexLE }: ArrayVector): NDArray {
  const { array } = dtypes.get(dtype)!;
  const bytes = Uint8Array.fromHex(hexLE);
  const data = new array(bytes.buffer, 0, bytes.length / bytesPer(new array(0)));
  return new NDArray(data, shape, dtype as NDArray["dtype"]);
}

const bytesPer = (array: TypedArray) => array.BYTES_PER_ELEMENT;

/** The record of several. */
export function arraysOf(arrays: readonly ArrayVector[]): ArrayRecord {
  return ArrayRecord.from(new Map(arrays.map((array) => [array.key, arrayOf(array)])));
}

/** An array as a vector, to be compared. */
export function toVector(key: string, { dtype, shape, data }: NDArray): ArrayVector {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { key, dtype, shape: [...shape], hexLE: bytes.toHex() };
}

/** The number of a value, from its bits where it is a float. */
export function numberOf({ type, value, hexLE }: ValueVector): number | bigint {
  if (type === "int") return BigInt(value as string);
  return new DataView(Uint8Array.fromHex(hexLE!).buffer).getFloat64(0, true);
}

function entryOf(vector: ValueVector) {
  if (vector.type === "int") return int(numberOf(vector));
  if (vector.type === "float") return float(numberOf(vector) as number);
  const items = vector.items!;
  if (items.every(({ type }) => type === "int")) return items.length ? int(items.map(numberOf)) : float([]);
  return float(items.map((item) => Number(numberOf(item))));
}

/** A record of numbers. */
export function metricsOf(entries: readonly EntryVector[]): MetricRecord {
  return new MetricRecord(entries.map((entry) => [entry.key, entryOf(entry)] as const));
}

/** The reply of a vector to an instruction of the run. */
export function replyOf({ srcNodeId, error, records = [] }: ReplyVector): Message {
  const metadata = new MessageMetadata({
    runId: 7n,
    messageId: `reply-${srcNodeId}`,
    srcNodeId: BigInt(srcNodeId),
    dstNodeId: 1n,
    replyToMessageId: `instruction-${srcNodeId}`,
    groupId: "",
    ttl: 43_200,
    messageType: "train",
    createdAt: 1_800_000_000,
  });
  if (error) return new Message({ code: error.code, reason: error.reason ?? "" }, metadata);
  const content = new RecordDict(records.map((record) =>
    [
      record.name,
      record.kind === "ArrayRecord"
        ? arraysOf(record.arrays!)
        : record.kind === "MetricRecord"
        ? metricsOf(record.entries!)
        : new ConfigRecord(record.entries!.map((entry) => [entry.key, entryOf(entry)] as const)),
    ] as const
  ));
  return new Message(content, metadata);
}
