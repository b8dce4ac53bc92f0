/**
 * Patterns as in a .gitignore, matched against whole POSIX paths. Unlike in git, a later pattern may
 * include again what lies in an excluded folder: the last pattern that matches decides.
 */
export class PathPatterns {
  readonly #rules: { readonly keep: boolean; readonly expression: RegExp }[] = [];

  /** @param lines one pattern each; blank ones and comments (`#`) are skipped, `!` turns one round */
  constructor(lines: Iterable<string>) {
    for (const line of lines) {
      const rule = compile(line);
      if (rule) this.#rules.push(rule);
    }
  }

  /** Whether the last pattern that fits the path is a plain one. */
  matches(path: string): boolean {
    let matched = false;
    for (const { keep, expression } of this.#rules) {
      if (expression.test(path)) matched = keep;
    }
    return matched;
  }
}

function compile(line: string): { keep: boolean; expression: RegExp } | undefined {
  let pattern = line.replace(/(?<!\\)\s+$/, "");
  if (pattern === "" || pattern.startsWith("#") || pattern === "/") return undefined;
  const keep = !pattern.startsWith("!");
  if (!keep) pattern = pattern.slice(1);
  const segments = segmentsOf(pattern);
  return segments.length === 0 ? undefined : { keep, expression: new RegExp(`^${source(segments)}$`, "su") };
}

/** The pattern cut at its slashes, with `**` put where it may begin or end anywhere. */
function segmentsOf(pattern: string): string[] {
  const segments = pattern.split("/");
  const floating = segments.length === 1 || (segments.length === 2 && segments[1] === "");
  if (segments[0] === "") segments.shift();
  else if (floating) segments.unshift("**");
  if (segments.at(-1) === "") segments[segments.length - 1] = "**";
  return segments.filter((segment, i) => segment !== "**" || segments[i - 1] !== "**");
}

function source(segments: string[]): string {
  const last = segments.length - 1;
  let out = "";
  let slash = false;
  segments.forEach((segment, i) => {
    if (segment === "**") {
      if (i === 0 && i === last) out += "[^/]+(?:/.*)?";
      else if (i === 0) out += "(?:.+/)?";
      else if (i === last) out += "/.*";
      else out += "(?:/.+)?";
      slash = i !== 0;
      return;
    }
    if (slash) out += "/";
    out += segment === "*" ? "[^/]+" : globSource(segment);
    if (i === last) out += "(?:/.*)?";
    slash = true;
  });
  return out;
}

function globSource(glob: string): string {
  return glob.replace(/\\(.)|\[([!^]?)([^\]]+)\]|[*?]|[^\w\s]/gsu, (found, escaped, not, set) => {
    if (escaped !== undefined) return literalSource(escaped);
    if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[\\[\]&]/g, "\\$&")}]`;
    if (found === "*") return "[^/]*";
    if (found === "?") return "[^/]";
    return literalSource(found);
  });
}

function literalSource(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
