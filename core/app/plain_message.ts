/**
 * Messages, records and contexts as plain values, in which they can be posted from one thread to another. Numbers
 * are moved there rather than copied, where their owner has no more use for them.
 *
 * @module
 */
import { Message, MessageMetadata, plainMetadata } from "../model/app_message.ts";
import type { ContextData } from "../model/context.ts";
import type { MessageError, Metadata } from "../model/message.ts";
import { type ArrayFields, FlowerArray } from "../model/record/array.ts";
import { ArrayRecord } from "../model/record/array_record.ts";
import { ConfigRecord } from "../model/record/config_record.ts";
import type { DType, TypedArray } from "../model/record/dtype.ts";
import type { Entry } from "../model/record/entry.ts";
import { MetricRecord } from "../model/record/metric_record.ts";
import { NDArray } from "../model/record/ndarray.ts";
import { type FlowerRecord, RecordDict } from "../model/record/record_dict.ts";
import { distantArray, ticketOf } from "./distant_array.ts";

/** An array that came serialised, its bytes perhaps later (see `distant_array.ts`), or one of an app's own numbers. */
export type PlainArray = ArrayFields & { readonly ticket?: number } | {
  readonly numbers: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
};

/** A record as a plain value. */
export type PlainRecord =
  | { readonly type: "ArrayRecord"; readonly arrays: readonly (readonly [string, PlainArray])[] }
  | {
    readonly type: "MetricRecord" | "ConfigRecord";
    readonly entries: readonly (readonly [string, Entry])[];
  };

/** A {@link RecordDict} as a plain value. */
export type PlainRecords = readonly (readonly [string, PlainRecord])[];

/** A {@link Message} as a plain value. */
export interface PlainMessage {
  readonly metadata: Metadata;
  readonly body: PlainRecords | MessageError;
}

/** A {@link ContextData} as a plain value. */
export type PlainContext = Omit<ContextData, "state"> & { readonly state: PlainRecords };

/** A message in the form that can be posted. Large numbers in it are the message's own. */
export function toPlainMessage(message: Message, seen?: PlainBySource): PlainMessage {
  const body = message.hasError() ? { ...message.error } : toPlainRecords(message.content, seen);
  return { metadata: plainMetadata(message.metadata), body };
}

/** The message that was posted; what was posted is its own from here on. */
export function fromPlainMessage({ metadata, body }: PlainMessage, seen?: SourceByPlain): Message {
  return new Message("code" in body ? body : fromPlainRecords(body, seen), new MessageMetadata(metadata));
}

/** Several messages. A record that they share is one value, and so is posted once. */
export function toPlainMessages(messages: readonly Message[]): PlainMessage[] {
  const seen: PlainBySource = new Map();
  return messages.map((message) => toPlainMessage(message, seen));
}

/** The messages with arrays in memory of their own, which can be moved; what was shared is shared again. */
export function copiesOf(messages: readonly PlainMessage[]): PlainMessage[] {
  const copies = new Map<PlainRecord, PlainRecord>();
  return messages.map((message) => {
    if ("code" in message.body) return message;
    const body = message.body.map(([name, record]) =>
      [name, remembered(record, copies, copyOfRecord)] as const
    );
    return { ...message, body };
  });
}

function copyOfRecord(record: PlainRecord): PlainRecord {
  if (record.type !== "ArrayRecord") return record;
  return { ...record, arrays: record.arrays.map(([name, array]) => [name, copyOfArray(array)] as const) };
}

function copyOfArray(array: PlainArray): PlainArray {
  return "numbers" in array
    ? { ...array, numbers: array.numbers.slice() }
    : { ...array, data: array.data.slice() };
}

/** The messages that were posted together. They share the records that they shared before. */
export function fromPlainMessages(messages: readonly PlainMessage[]): Message[] {
  const seen: SourceByPlain = new Map();
  return messages.map((message) => fromPlainMessage(message, seen));
}

type PlainBySource = Map<FlowerRecord, PlainRecord>;
type SourceByPlain = Map<PlainRecord, FlowerRecord>;

/** Records in the form that can be posted. */
export function toPlainRecords(dict: RecordDict, seen: PlainBySource = new Map()): PlainRecords {
  return Array.from(dict, ([name, record]) => [name, remembered(record, seen, toPlainRecord)] as const);
}

/** The records that were posted. */
export function fromPlainRecords(records: PlainRecords, seen: SourceByPlain = new Map()): RecordDict {
  return new RecordDict(
    records.map(([name, record]) => [name, remembered(record, seen, fromPlainRecord)] as const),
  );
}

function remembered<Key, Value>(key: Key, seen: Map<Key, Value>, make: (key: Key) => Value): Value {
  let value = seen.get(key);
  if (value === undefined) {
    value = make(key);
    seen.set(key, value);
  }
  return value;
}

/** A context in the form that can be posted. */
export function toPlainContext(context: ContextData): PlainContext {
  return { ...context, state: toPlainRecords(context.state) };
}

/** The context that was posted. */
export function fromPlainContext(context: PlainContext): ContextData {
  return { ...context, state: fromPlainRecords(context.state) };
}

/** The buffers of all numbers in a message or in records, each once, to be moved when it is posted. */
export function buffersOf(...parts: (PlainMessage | PlainRecords)[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const part of parts) {
    const records = "body" in part ? part.body : part;
    if ("code" in records) continue;
    for (const [, record] of records) {
      if (record.type !== "ArrayRecord") continue;
      for (const [, array] of record.arrays) {
        const { buffer } = "numbers" in array ? array.numbers : array.data;
        if (buffer instanceof ArrayBuffer) buffers.add(buffer);
      }
    }
  }
  return [...buffers];
}

function toPlainRecord(record: FlowerRecord): PlainRecord {
  if (record instanceof ArrayRecord) {
    return {
      type: "ArrayRecord",
      arrays: Array.from(record, ([name, array]) => [name, toPlainArray(array)] as const),
    };
  }
  return { type: record.recordType, entries: [...record.entries()] };
}

function fromPlainRecord(record: PlainRecord): FlowerRecord {
  if (record.type === "ArrayRecord") {
    return new ArrayRecord(record.arrays.map(([name, array]) => [name, fromPlainArray(array)] as const));
  }
  const made = record.type === "MetricRecord" ? new MetricRecord() : new ConfigRecord();
  for (const [name, entry] of record.entries) made.setEntry(name, entry);
  return made;
}

function toPlainArray(array: FlowerArray): PlainArray {
  // Serialised bytes in one piece go as they are; putting pieces together first would copy a whole model.
  if (array.pieces.length === 1) {
    const { dtype, shape, stype, data } = array;
    return { dtype, shape, stype, data, ticket: ticketOf(array) };
  }
  const { data: numbers, shape, dtype } = array.toNDArray();
  return { numbers, shape, dtype };
}

function fromPlainArray(array: PlainArray): FlowerArray {
  if (!("numbers" in array)) {
    if (array.ticket !== undefined) return distantArray(array, array.ticket);
    return new FlowerArray({ ...array, data: ownMemory(array.data) });
  }
  const numbers = ownMemory(array.numbers);
  return FlowerArray.from(new NDArray(numbers, array.shape, array.dtype), { keepInput: false });
}

/** Memory that other threads see too is copied: what an app gets it may write to. */
function ownMemory<Numbers extends TypedArray>(numbers: Numbers): Numbers {
  return numbers.buffer instanceof SharedArrayBuffer ? numbers.slice() as Numbers : numbers;
}
