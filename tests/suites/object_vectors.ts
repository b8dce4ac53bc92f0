/**
 * The shape of `vectors/objects.json`, made by the reference implementation, and the records that its cases describe.
 *
 * @module
 */
import { Message, MessageMetadata } from "../../core/model/app_message.ts";
import type { ObjectTree } from "../../core/model/object_tree.ts";
import { FlowerArray } from "../../core/model/record/array.ts";
import { ConfigRecord } from "../../core/model/record/config_record.ts";
import { float } from "../../core/model/record/entry.ts";
import { MetricRecord } from "../../core/model/record/metric_record.ts";
import { vectors } from "../../proto/vectors.ts";

export interface ObjectCase {
  type: string;
  object_id: string;
  head: string;
  length: number;
  /** Absent for large ones. */
  content_b64?: string;
}

export interface TreeCase {
  id: string;
  children: TreeCase[];
}

export interface ArrayCase {
  name: string;
  dtype: string;
  shape: number[];
  stype: string;
  data_length: number;
  array: ObjectCase;
  tree: TreeCase;
  chunks_in_order: string[];
  chunks: ObjectCase[];
  data_b64?: string;
  npy_prefix_b64?: string;
}

type ItemCase =
  | { t: "float"; bits_le_hex: string }
  | { t: "int"; v: string }
  | { t: "bool"; v: boolean }
  | { t: "str"; v: string }
  | { t: "bytes"; b64: string }
  | { t: "list"; v: ItemCase[] };

export interface RecordCase extends ObjectCase {
  name: string;
  items: [string, ItemCase][];
}

export interface ParentCase extends ObjectCase {
  name: string;
  keys: string[];
  tree: TreeCase;
  objects_post_order: ObjectCase[];
  recorddict_proto_b64?: string;
}

export interface MetadataCase {
  run_id: string;
  message_id: string;
  src_node_id: string;
  dst_node_id: string;
  reply_to_message_id: string;
  group_id: string;
  created_at: number;
  ttl: number;
  message_type: string;
  src_task_id: string | null;
  dst_task_id: string | null;
}

export interface MessageCase extends ParentCase {
  metadata: MetadataCase;
  error: { code: number; reason: string | null } | null;
  content_object_id: string | null;
  tree_proto_b64: string;
  wire_message_b64: string;
}

export interface ObjectVectors {
  arrays: ArrayCase[];
  big_arrays: ArrayCase[];
  records: { metric: RecordCase[]; config: RecordCase[]; errors: Record<string, [string, string] | null> };
  arrayrecords: ParentCase[];
  recorddicts: ParentCase[];
  messages: MessageCase[];
  context: { proto_deterministic_b64: string };
  content_validation: { name: string; content_b64: string; error: string | null }[];
  message_types: { type: string; valid: boolean; legacy: boolean }[];
  sha256_id_checks: { id: string; valid: boolean }[];
  message_validation: {
    name: string;
    is_reply: boolean;
    now: number;
    overrides: Partial<Record<keyof MetadataCase, string | number>>;
    errors: string[];
  }[];
}

/** The cases. */
export const objectVectors: ObjectVectors = await vectors("objects.json");

/** Bytes from base64. */
export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/** The array of a case, its data made by the case's formula when it is too large to be in the file. */
export function arrayOf({ dtype, shape, stype, ...given }: ArrayCase): FlowerArray {
  const data = given.data_b64 === undefined ? bigData(given.name, given.data_length) : bytes(given.data_b64);
  if (given.npy_prefix_b64 && stype === "numpy.ndarray") {
    data.set(bytes(given.npy_prefix_b64).subarray(0, 128));
  }
  return new FlowerArray({ dtype, shape, stype, data });
}

function bigData(name: string, length: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(length);
  if (name.startsWith("raw_")) return data.fill(0xab);
  if (name.startsWith("uint8_mod251")) { for (let i = 128; i < length; i++) data[i] = (i - 128) % 251; }
  return data;
}

/** The metric or config record of a case. */
export function recordOf(kind: "metric" | "config", { items }: RecordCase): MetricRecord | ConfigRecord {
  const pairs = items.map(([key, item]) => [key, inputOf(item)] as const);
  // deno-lint-ignore no-explicit-any -- values of every kind, some of which a record must refuse
  return kind === "metric" ? new MetricRecord(pairs as any) : new ConfigRecord(pairs as any);
}

function inputOf(item: ItemCase): unknown {
  if (item.t === "list") {
    const values = item.v.map(plain);
    return values.length && item.v.every(({ t }) => t === "float") ? float(values as number[]) : values;
  }
  return item.t === "float" ? float(plain(item) as number) : plain(item);
}

function plain(item: ItemCase): unknown {
  switch (item.t) {
    case "float":
      return new DataView(hex(item.bits_le_hex).buffer).getFloat64(0, true);
    case "int":
      return BigInt(item.v);
    case "bytes":
      return bytes(item.b64);
    default:
      return item.v;
  }
}

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
}

/** The metadata of a case. */
export function metadataOf(metadata: MetadataCase): MessageMetadata {
  return new MessageMetadata({
    runId: BigInt(metadata.run_id),
    messageId: metadata.message_id,
    srcNodeId: BigInt(metadata.src_node_id),
    dstNodeId: BigInt(metadata.dst_node_id),
    replyToMessageId: metadata.reply_to_message_id,
    groupId: metadata.group_id,
    ttl: metadata.ttl,
    createdAt: metadata.created_at,
    messageType: metadata.message_type,
    ...metadata.src_task_id === null ? {} : { srcTaskId: BigInt(metadata.src_task_id) },
    ...metadata.dst_task_id === null ? {} : { dstTaskId: BigInt(metadata.dst_task_id) },
  });
}

/** The error message of a case that has one. */
export function errorMessageOf({ metadata, error }: MessageCase): Message {
  return new Message({ code: error!.code, reason: error!.reason ?? "" }, metadataOf(metadata));
}

/** A tree in the form of our own. */
export function treeOf({ id, children }: TreeCase): ObjectTree {
  return { objectId: id, children: children.map(treeOf) };
}

/** Every content that the cases spell out, by its id. */
export function contentsOf(objects: readonly ObjectCase[]): Map<string, Uint8Array> {
  return new Map(
    objects.flatMap(({ object_id, content_b64 }) =>
      content_b64 ? [[object_id, bytes(content_b64)] as const] : []
    ),
  );
}
