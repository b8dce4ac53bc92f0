import { Buffer } from "node:buffer";
import type { Field, Message } from "../../proto/schema.ts";

/** Which of two map keys stands first, as their bytes in UTF-8. */
export type KeyOrder = (a: Uint8Array, b: Uint8Array) => number;

/** By their bytes, the shorter one first when it begins the other: Python's own protobuf. */
export const bytewise: KeyOrder = (a, b) => Buffer.compare(a, b);

/** By their bytes, but the longer one first when the other begins it: upb, the usual protobuf of Python. */
export const longerFirst: KeyOrder = (a, b) => {
  const common = Math.min(a.length, b.length);
  return Buffer.compare(a.subarray(0, common), b.subarray(0, common)) || b.length - a.length;
};

const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];
const MOST_DEPTH = 100;

/**
 * The same message with the entries of every map in order, and every other byte as it was: what a deterministic
 * protobuf writes for the same object, when the sender wrote all else in its usual order.
 * @throws {RangeError} when the bytes are no message
 */
export function withMapsInOrder(bytes: Uint8Array, message: Message, order: KeyOrder): Uint8Array {
  return Buffer.concat(ordered(bytes, { message, order, depth: 0 }));
}

interface Ordering {
  readonly message: Message;
  readonly order: KeyOrder;
  readonly depth: number;
}

/** One field as it stands on the wire: tag, perhaps a length, value. */
interface RawField {
  readonly number: number;
  readonly wireType: number;
  /** Tag and length. */
  readonly head: Uint8Array;
  readonly value: Uint8Array;
}

function ordered(bytes: Uint8Array, how: Ordering): Uint8Array[] {
  if (how.depth > MOST_DEPTH) throw new RangeError("Cannot put maps in order as they are nested too deep");
  const parts: Uint8Array[] = [];
  const fields = new Map(how.message.fields.map((field) => [field.id, field]));
  const raw = [...rawFields(bytes)];
  for (let index = 0; index < raw.length; index++) {
    const field = raw[index].wireType === LENGTH ? fields.get(raw[index].number) : undefined;
    if (!field?.keyType) {
      parts.push(raw[index].head, ...valueOf(raw[index].value, field, how));
      continue;
    }
    const end = raw.findIndex(({ number }, at) => at > index && number !== raw[index].number);
    const entries = raw.slice(index, end < 0 ? raw.length : end);
    parts.push(...orderedEntries(entries, { ...how, field }));
    index += entries.length - 1;
  }
  return parts;
}

function valueOf(value: Uint8Array, field: Field | undefined, how: Ordering): Uint8Array[] {
  if (!field?.message) return [value];
  return ordered(value, { ...how, message: field.message, depth: how.depth + 1 });
}

/** Within an entry the key is field 1 and the value field 2. */
function orderedEntries(entries: RawField[], how: Ordering & { field: Field }): Uint8Array[] {
  const keyed = entries.map((entry) => {
    const inner = [...rawFields(entry.value)];
    const key = inner.find(({ number }) => number === 1)?.value ?? new Uint8Array();
    const parts = inner.flatMap(({ number, head, value }) => [
      head,
      ...number === 2 ? valueOf(value, how.field, how) : [value],
    ]);
    return { key, parts: [entry.head, ...parts] };
  });
  return keyed.sort((a, b) => how.order(a.key, b.key)).flatMap(({ parts }) => parts);
}

function* rawFields(bytes: Uint8Array): Generator<RawField> {
  for (let at = 0; at < bytes.length;) {
    const [tag, afterTag] = varint(bytes, at);
    const wireType = Number(tag & 7n);
    const [length, start] = lengthOf(bytes, { wireType, at: afterTag });
    const end = start + length;
    if (end > bytes.length) throw new RangeError("Cannot put maps in order as the message ends too early");
    yield {
      number: Number(tag >> 3n),
      wireType,
      head: bytes.subarray(at, start),
      value: bytes.subarray(start, end),
    };
    at = end;
  }
}

function lengthOf(
  bytes: Uint8Array,
  { wireType, at }: { wireType: number; at: number },
): [length: number, start: number] {
  switch (wireType) {
    case VARINT:
      return [varint(bytes, at)[1] - at, at];
    case FIXED64:
      return [8, at];
    case FIXED32:
      return [4, at];
    case LENGTH: {
      const [length, start] = varint(bytes, at);
      return [Number(length), start];
    }
    default:
      throw new RangeError(`Cannot put maps in order as there is no wire type ${wireType}`);
  }
}

function varint(bytes: Uint8Array, at: number): [value: bigint, next: number] {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return [value, at + index + 1];
  }
  throw new RangeError("Cannot put maps in order as a number in the message has no end");
}
