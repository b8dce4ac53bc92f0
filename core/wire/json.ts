/**
 * JSON as the bodies of objects hold it. Object ids are hashes over these bytes, so what is written is what Python
 * writes, and what is read keeps the order of keys, which `JSON.parse` does not.
 *
 * @module
 */

/** A JSON value; objects are Maps, because a plain object puts keys like "10" first. */
export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>;

/** The text of a value: `", "` and `": "` between parts, everything outside printable ASCII escaped. */
export function writeJson(value: Json): string {
  if (typeof value === "string") return writeString(value);
  if (value instanceof Map) {
    return `{${Array.from(value, ([key, item]) => `${writeString(key)}: ${writeJson(item)}`).join(", ")}}`;
  }
  return Array.isArray(value) ? `[${value.map(writeJson).join(", ")}]` : JSON.stringify(value);
}

function writeString(text: string): string {
  // Without the u flag the class matches each half of a surrogate pair by itself, as Python escapes them.
  // deno-lint-ignore no-control-regex -- what is left of them after stringify is DEL
  return JSON.stringify(text).replace(/[\u0000-\u001f\u007f-\uffff]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * The value of a JSON text; of a key that stands twice the last value counts, at the first one's place.
 * @throws {SyntaxError} when `text` is no JSON, or nests deeper than 100 levels
 */
export function readJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

const MAX_DEPTH = 100;
const token = /[ \t\n\r]*([{}[\],:]|"(?:[^"\\]|\\[^])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw this.#fault(`must nest at most ${MAX_DEPTH} levels`);
    const start = this.#next();
    if (start === "{") return this.#object(depth);
    if (start === "[") return this.#array(depth);
    if (/^[}\],:]/.test(start)) throw this.#fault("must have a value here");
    try {
      return JSON.parse(start) as Json;
    } catch {
      throw this.#fault("must have a sound value here");
    }
  }

  /** Nothing but blanks may be left. */
  end(): void {
    if (/[^ \t\n\r]/.test(this.#text.slice(this.#at))) throw this.#fault("must end here");
  }

  #object(depth: number): Json {
    const map = new Map<string, Json>();
    if (this.#peek() === "}") return this.#taken(map);
    do {
      const key = this.#next();
      if (!key.startsWith('"')) throw this.#fault("must have a key here");
      if (this.#next() !== ":") throw this.#fault('must have a ":" here');
      map.set(JSON.parse(key), this.value(depth + 1));
    } while (this.#another("}"));
    return map;
  }

  #array(depth: number): Json {
    const items: Json[] = [];
    if (this.#peek() === "]") return this.#taken(items);
    do items.push(this.value(depth + 1)); while (this.#another("]"));
    return items;
  }

  #another(end: string): boolean {
    const mark = this.#next();
    if (mark !== "," && mark !== end) throw this.#fault(`must have "," or "${end}" here`);
    return mark === ",";
  }

  #taken(value: Json): Json {
    this.#next();
    return value;
  }

  #next(): string {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (!found) throw this.#fault("must go on here");
    this.#at = token.lastIndex;
    return found[1];
  }

  #peek(): string {
    const at = this.#at;
    const next = this.#next();
    this.#at = at;
    return next;
  }

  #fault(wanted: string): SyntaxError {
    return new SyntaxError(`Cannot read JSON as it ${wanted}: character ${this.#at}`);
  }
}
