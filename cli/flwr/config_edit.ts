import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "smol-toml";

/** A TOML table as it was read: whole numbers are `bigint`s, others numbers. */
export type Section = Readonly<Record<string, unknown>>;

/** What becomes of the connections in a `config.toml`. */
export interface NewConnections {
  /** By name; one of the same name is replaced. */
  readonly sections: Readonly<Record<string, Section>>;
  /** Becomes the default. */
  readonly defaultName?: string;
}

/**
 * The text of a `config.toml` with further connections. Everything else stays as it is written, comments too,
 * unless a connection has to be replaced: then the file is written anew.
 * @param text valid TOML
 */
export function withConnections(text: string, { sections, defaultName }: NewConnections): string {
  const wanted = parsed(text);
  const before = wanted.superlink ?? {};
  const { default: oldDefault, ...old } = before;
  const newDefault = defaultName ?? oldDefault;
  wanted.superlink = { ...newDefault === undefined ? {} : { default: newDefault }, ...old, ...sections };
  let edited = text;
  for (const [name, section] of Object.entries(sections)) {
    if (!Object.hasOwn(before, name)) edited = appended(edited, name, section);
  }
  if (defaultName !== undefined && defaultName !== oldDefault) edited = withDefault(edited, defaultName);
  return same(parsedOrNothing(edited), wanted) ? edited : stringify(wanted, { numbersAsFloat: true });
}

// deno-lint-ignore no-explicit-any -- whatever the user wrote
type Tables = Record<string, any>;

function parsed(text: string): Tables {
  return parse(text, { integersAsBigInt: true });
}

function parsedOrNothing(text: string): Tables | undefined {
  try {
    return parsed(text);
  } catch {
    return undefined;
  }
}

function appended(text: string, name: string, section: Section): string {
  const block = stringify({ superlink: { [name]: section } }, { numbersAsFloat: true });
  return `${text.trimEnd()}\n\n${block.trim()}\n`;
}

/** Sets `default` where it stands, or at the head of `[superlink]`. */
function withDefault(text: string, name: string): string {
  const line = `default = ${JSON.stringify(name)}`;
  const [head, body = ""] = cutAfter(text, /^[ \t]*\[superlink\][^\n]*\n/m);
  if (head === "") return `[superlink]\n${line}\n\n${text}`;
  const end = body.search(/^[ \t]*\[/m);
  const own = end < 0 ? body : body.slice(0, end);
  const changed = /^[ \t]*default[ \t]*=/m.test(own)
    ? own.replace(/^[ \t]*default[ \t]*=[^\n]*/m, () => line)
    : `${line}\n${own}`;
  return head + changed + body.slice(own.length);
}

function cutAfter(text: string, pattern: RegExp): string[] {
  const found = pattern.exec(text);
  if (!found) return [""];
  const end = found.index + found[0].length;
  return [text.slice(0, end), text.slice(end)];
}

/** Compared as plain values; the parser's tables have no prototype. */
function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(structuredClone(one), structuredClone(other));
}
