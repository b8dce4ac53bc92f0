/**
 * The way in: a caller's value, checked against the contract and brought into the one form whose encoding is
 * canonical proto3. protobufjs would wrap numbers around, guess at types and write out defaults.
 *
 * @module
 */
import type { Field, Message } from "./schema.ts";

/**
 * The form of `value` to encode as `message`: without what equals its default (unless absence counts for the
 * field), 64-bit integers as decimal strings, bytes as they are, not copied. Throws a TypeError that names the
 * field when a value does not fit it, or when two members of a oneof are set. Unknown names are left out.
 */
export function canonical(message: Message, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw misfit(message.name, "message", "an object", value);
  }
  const result: Record<string, unknown> = {};
  const set = new Map<string, string>();
  for (const field of message.fields) {
    const given = (value as Record<string, unknown>)[field.name];
    if (given === undefined || given === null) continue;
    const form = whole(field, given);
    if (field.oneof) requireAlone(set, field);
    else if (!field.message && isDefault(field, form)) continue;
    result[field.name] = form;
  }
  return result;
}

function whole(field: Field, given: unknown): unknown {
  if (field.keyType) return map(field, given);
  if (!field.repeated) return single(field, given);
  if (!Array.isArray(given)) throw misfit(field.label, "list", "an array", given);
  return given.map((item) => single(field, item));
}

function map(field: Field, given: unknown): unknown {
  if (typeof given !== "object" || given === null) throw misfit(field.label, "map", "an object", given);
  // Without a prototype "__proto__" is a key like any other.
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(given)) {
    const form = field.keyType === "string" ? key : String(integer(field.keyType!, field.label, key));
    result[form] = single(field, item);
  }
  return result;
}

function single({ message, type, label }: Field, given: unknown): unknown {
  if (message) return canonical(message, given);
  if (type === "string") {
    if (typeof given !== "string") throw misfit(label, type, "a string", given);
    return given;
  }
  if (type === "bool") {
    if (typeof given !== "boolean") throw misfit(label, type, "a boolean", given);
    return given;
  }
  if (type === "bytes") {
    if (!(given instanceof Uint8Array)) throw misfit(label, type, "a Uint8Array", given);
    return given;
  }
  if (type === "double" || type === "float") {
    if (typeof given !== "number") throw misfit(label, type, "a number", given);
    return given;
  }
  return integer(type, label, given);
}

const ranges: Record<string, readonly [bigint, bigint]> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sint64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** 32-bit integers come back as numbers, 64-bit ones as decimal strings. */
function integer(type: string, label: string, given: unknown): number | string {
  const [least, most] = ranges[type];
  const wide = type.endsWith("64");
  const exact = exactInteger(given, wide);
  if (exact === undefined || exact < least || exact > most) {
    throw misfit(label, type, `an integer from ${least} to ${most}`, given);
  }
  return wide ? exact.toString() : Number(exact);
}

function exactInteger(given: unknown, wide: boolean): bigint | undefined {
  if (typeof given === "number") return Number.isSafeInteger(given) ? BigInt(given) : undefined;
  if (!wide) return undefined;
  if (typeof given === "bigint") return given;
  return typeof given === "string" && /^-?\d{1,20}$/.test(given) ? BigInt(given) : undefined;
}

/** Whether proto3 leaves `form` out. Minus zero is no default: its bits differ. */
function isDefault({ type }: Field, form: unknown): boolean {
  if (form instanceof Uint8Array) return form.length === 0;
  if (type === "string") return form === "";
  if (type === "bool") return form === false;
  return type.endsWith("64") ? form === "0" : Object.is(form, 0);
}

function requireAlone(set: Map<string, string>, { oneof, name, label }: Field): void {
  const other = set.get(oneof!);
  if (other) {
    throw new TypeError(
      `Cannot encode ${label} as ${oneof} must have one member: current value has ${other} too`,
    );
  }
  set.set(oneof!, name);
}

function misfit(label: string, type: string, wanted: string, given: unknown): TypeError {
  // Text and bytes may be secrets, so only numbers are shown.
  const shown = typeof given === "number" || typeof given === "bigint" ? `${given}` : kind(given);
  return new TypeError(`Cannot encode ${label} as ${type} must be ${wanted}: current value is ${shown}`);
}

function kind(given: unknown): string {
  if (given === null || given === undefined) return `${given}`;
  return typeof given === "object" ? given.constructor?.name ?? "object" : `a ${typeof given}`;
}
