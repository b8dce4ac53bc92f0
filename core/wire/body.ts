import type { ObjectId } from "../model/ids.ts";
import { type Json, readJson } from "./json.ts";
import { malformedObject, type ParsedObject } from "./object.ts";

/** What the body of an Array object says. */
export interface ArrayBody {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly stype: string;
  /** For each slice of the data, in order, which child of the object it is. */
  readonly indices: readonly number[];
}

/** Reads the body of an Array object. @throws {ObjectFormatError} when it does not say what it must */
export function readArrayBody(body: Uint8Array): ArrayBody {
  const fields = readObject("Array", body);
  const [dtype, shape, stype, indices] = ["dtype", "shape", "stype", "arraychunk_ids"].map((key) =>
    fields.get(key)
  );
  if (typeof dtype !== "string" || typeof stype !== "string" || !isIntegers(shape) || !isIntegers(indices)) {
    throw malformedObject("Array", "its body must give dtype, shape, stype and arraychunk_ids");
  }
  return { dtype, shape, stype, indices };
}

/** Reads the body of an ArrayRecord or RecordDict object: ids by names, in order. @throws {ObjectFormatError} */
export function readNames({ type, body }: ParsedObject): Map<string, ObjectId> {
  const names = readObject(type, body);
  if ([...names.values()].every((id) => typeof id === "string")) return names as Map<string, ObjectId>;
  throw malformedObject(type, "its body must map names to ids");
}

function readObject(type: string, body: Uint8Array): Map<string, Json> {
  try {
    const json = readJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (json instanceof Map) return json;
  } catch (cause) {
    throw malformedObject(type, cause instanceof Error ? cause.message : String(cause));
  }
  throw malformedObject(type, "its body must be a JSON object");
}

function isIntegers(json: Json | undefined): json is readonly number[] {
  return Array.isArray(json) && json.every((item) => Number.isSafeInteger(item));
}
