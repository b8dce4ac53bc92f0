import type { ObjectId } from "../model/ids.ts";
import { isObjectId, objectIdOf } from "./object_id.ts";
import { pythonRepr, utf8Fault } from "./python_text.ts";

export { isObjectId, objectIdOf } from "./object_id.ts";

/** The kinds of object a message is made of. */
export type ObjectType =
  | "ArrayChunk"
  | "Array"
  | "ArrayRecord"
  | "ConfigRecord"
  | "MetricRecord"
  | "RecordDict"
  | "Message";

/** `CustomDataClass` is a name that official servers accept as well; no app uses it. */
const acceptedTypes: ReadonlySet<string> = new Set<ObjectType | "CustomDataClass">([
  "ArrayChunk",
  "Array",
  "ArrayRecord",
  "ConfigRecord",
  "MetricRecord",
  "RecordDict",
  "Message",
  "CustomDataClass",
]);

/** An object's content taken apart. */
export interface ParsedObject {
  readonly type: ObjectType;
  /** Distinct unless a peer repeats itself, in the order of first use. */
  readonly children: readonly ObjectId[];
  /** A view into the content. */
  readonly body: Uint8Array;
}

/** The content of an object does not have the form that it must have. */
export class ObjectFormatError extends Error {
  override name = "ObjectFormatError";
  /**
   * @param message the sentence Flower's servers answer with
   * @param reason its last part, without the object's id
   */
  constructor(message: string, readonly reason: string) {
    super(message);
  }
}

/** The error for an object that was well framed, but does not say what its type must say. */
export function malformedObject(type: string, reason: string): ObjectFormatError {
  return new ObjectFormatError(`Cannot read an object as ${type}: ${reason}`, reason);
}

/** `type SP children SP length NUL`: what stands before the body in an object's content. */
export function headOf(type: ObjectType, children: readonly ObjectId[], bodySizeBytes: number): Uint8Array {
  return new TextEncoder().encode(`${type} ${children.join(",")} ${bodySizeBytes}\0`);
}

/** The content of an object. `children` are its distinct direct children in the order of first use. */
export function frameObject(type: ObjectType, children: readonly ObjectId[], body: Uint8Array): Uint8Array {
  const head = headOf(type, children, body.length);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  return content;
}

/**
 * Takes a content apart and checks what Flower's servers check: the form of the head, the ids of the children, the
 * type and the length of the body; not the body itself.
 * @throws {ObjectFormatError} with the text those servers answer
 */
export function parseHead(content: Uint8Array): ParsedObject {
  const parsed = parse(content);
  if (typeof parsed !== "string") return parsed;
  const start = `Object with ID '${objectIdOf(content)}' has an unexpected structure. `;
  throw new ObjectFormatError(start + parsed, parsed);
}

/** The parts of a content, or what is wrong with it. */
function parse(content: Uint8Array): ParsedObject | string {
  const divider = content.indexOf(0);
  if (divider < 0) return "Unexpected format for object content. Head and body could not be split.";
  const head = content.subarray(0, divider);
  const fault = utf8Fault(head);
  if (fault) return fault;
  const fields = decodeText(head).split(" ");
  if (fields.length !== 3) return "Unexpected format for object head.";
  const [type, list, length] = fields;
  const children = list.split(",").filter((id) => id !== "");
  const wrong = children.find((id) => !isObjectId(id));
  if (wrong !== undefined) return `Detected invalid object ID (${wrong}) in children.`;
  if (!acceptedTypes.has(type)) return `Object of type ${type} is not supported.`;
  const body = content.subarray(divider + 1);
  const lengthFault = faultOfLength(length, body.length);
  return lengthFault ?? { type: type as ObjectType, children, body };
}

function faultOfLength(text: string, actual: number): string | undefined {
  if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) {
    return `invalid literal for int() with base 10: ${pythonRepr(text)}`;
  }
  const expected = Number(text.replaceAll("_", ""));
  if (expected === actual) return undefined;
  return `Object content length expected ${expected} bytes but got ${actual} bytes.`;
}

/** `ignoreBOM` keeps a leading U+FEFF, as Python does. */
function decodeText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
