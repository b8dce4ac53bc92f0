/**
 * JSON as Python's `json` module reads and writes it: whole numbers of any size stay whole, other numbers stay
 * floating point and are written as Python does, and so are spaces and escapes. JavaScript's own would turn `1.0` into
 * `1` and `3e-05` into `0.00003`.
 *
 * @module
 */
import { floatText } from "./python_text.ts";

/** A number that was written with a point or an exponent. */
export class JsonFloat {
  constructor(readonly value: number) {}
}

/** Any JSON value; whole numbers are bigints. */
export type Json = null | boolean | bigint | JsonFloat | string | Json[] | JsonObject;

/** Names and values, in order. */
export type JsonObject = Map<string, Json>;

/** Reads a text. @throws {SyntaxError} when it is no JSON */
export function parseJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

/** Writes a value, as `json.dumps` does unless told. */
export function jsonText(value: Json): string {
  if (value === null) return "null";
  if (value instanceof JsonFloat) return numberText(value.value);
  if (typeof value === "string") return stringText(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(", ")}]`;
  if (value instanceof Map) {
    return `{${Array.from(value, ([key, item]) => `${stringText(key)}: ${jsonText(item)}`).join(", ")}}`;
  }
  return String(value);
}

const NAMED = new Map([["nan", "NaN"], ["inf", "Infinity"], ["-inf", "-Infinity"]]);

function numberText(value: number): string {
  const text = floatText(value);
  return NAMED.get(text) ?? text;
}

/** Python escapes all that is not ASCII, beyond 16 bits as two halves, as JavaScript keeps it. */
function stringText(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (char) => char === "\x7f" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
// deno-lint-ignore no-control-regex -- JSON forbids them inside of a string
const STRING = /"(?:[^"\\\x00-\x1f]|\\.)*"/y;
const WORD = /true|false|null|NaN|Infinity|-Infinity/y;

const WORDS = new Map<string, Json>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", new JsonFloat(NaN)],
  ["Infinity", new JsonFloat(Infinity)],
  ["-Infinity", new JsonFloat(-Infinity)],
]);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Json {
    this.#match(SPACE);
    const char = this.#text[this.#at];
    if (char === "{") return this.#object();
    if (char === "[") return this.#list();
    if (char === '"') return this.#string();
    const word = this.#match(WORD);
    if (word) return WORDS.get(word[0])!;
    const number = this.#match(NUMBER);
    if (!number) throw this.#unexpected();
    const [digits, fraction, exponent] = number;
    return fraction || exponent ? new JsonFloat(Number(digits)) : BigInt(digits);
  }

  end(): void {
    this.#match(SPACE);
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  #object(): JsonObject {
    const object: JsonObject = new Map();
    this.#items("}", () => {
      this.#match(SPACE);
      const key = this.#string();
      this.#match(SPACE);
      this.#expect(":");
      object.set(key, this.value());
    });
    return object;
  }

  #list(): Json[] {
    const list: Json[] = [];
    this.#items("]", () => void list.push(this.value()));
    return list;
  }

  #items(close: string, item: () => void): void {
    this.#at++;
    this.#match(SPACE);
    if (this.#text[this.#at] === close) return void this.#at++;
    for (;;) {
      item();
      this.#match(SPACE);
      if (this.#text[this.#at] === close) return void this.#at++;
      this.#expect(",");
    }
  }

  #string(): string {
    const found = this.#match(STRING);
    if (!found) throw this.#unexpected();
    return JSON.parse(found[0]);
  }

  #expect(char: string): void {
    if (this.#text[this.#at] !== char) throw this.#unexpected();
    this.#at++;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`Cannot read JSON as something else was expected at character ${this.#at}`);
  }
}
