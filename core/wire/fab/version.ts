/** A release number as Python packages write them, cut into what decides its place in the order. */
interface Version {
  readonly release: readonly number[];
  /** Below 0 for what comes before the release (dev, a, b, rc), above for what comes after. */
  readonly phase: readonly number[];
}

const VERSION =
  /^v?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|rc|alpha|beta|c)[-_.]?(\d*))?(?:[-_.]?post[-_.]?(\d*))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+[a-z0-9.]+)?$/i;
const REQUIREMENT =
  /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(@\s*\S+|\(?[^;@]*\)?)\s*(?:;.*)?$/;
const SPECIFIER = /^(===|==|~=|!=|<=|>=|<|>)\s*([^\s,]+)$/;
const PRE = { a: -3, alpha: -3, b: -2, beta: -2, c: -1, rc: -1 } as Record<string, number>;

/** One condition on a version, such as `>=1.32`. */
export interface Specifier {
  readonly operator: string;
  readonly version: string;
}

/** A dependency as `[project].dependencies` lists them. */
export interface Requirement {
  /** Lower case, with `-` for `_` and `.`. */
  readonly name: string;
  readonly specifiers: readonly Specifier[];
}

/** Reads a requirement; undefined when it is none. */
export function parseRequirement(text: string): Requirement | undefined {
  const match = REQUIREMENT.exec(text);
  if (!match) return undefined;
  const name = match[1].toLowerCase().replace(/[-_.]+/g, "-");
  const conditions = match[2].startsWith("@") ? "" : match[2].replace(/^\(|\)\s*$/g, "").trim();
  if (conditions === "") return { name, specifiers: [] };
  const parts = conditions.split(",").map((part) => SPECIFIER.exec(part.trim()));
  if (parts.some((part) => part === null || !isVersion(part[2].replace(/\.\*$/, "")))) return undefined;
  return { name, specifiers: parts.map((part) => ({ operator: part![1], version: part![2] })) };
}

/** Whether a text is a version number. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** Below, at or above 0 as `a` comes before, with or after `b`. Both must be versions. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return compareLists(left.release, right.release) || compareLists(left.phase, right.phase);
}

/** Whether a version meets a condition. */
export function satisfies(version: string, { operator, version: bound }: Specifier): boolean {
  if (bound.endsWith(".*")) {
    const same = startsWith(version, bound.slice(0, -2));
    return operator === "!=" ? !same : same;
  }
  const order = compareVersions(version, bound);
  switch (operator) {
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case "<":
      return order < 0;
    case "!=":
      return order !== 0;
    case "~=":
      return order >= 0 && startsWith(version, bound.split(".").slice(0, -1).join("."));
    default:
      return order === 0;
  }
}

function startsWith(version: string, prefix: string): boolean {
  const release = parse(version).release;
  return parse(prefix).release.every((part, i) => (release[i] ?? 0) === part);
}

function parse(text: string): Version {
  const [, release, pre, preNumber, post, dev] = VERSION.exec(text)!;
  const before = pre ? PRE[pre.toLowerCase()] : dev !== undefined && post === undefined ? -4 : 0;
  const after = post === undefined ? 0 : Number(post || 0) + 1;
  const devRank = dev === undefined ? Infinity : Number(dev || 0);
  return { release: release.split(".").map(Number), phase: [before, Number(preNumber || 0), after, devRank] };
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i] ?? 0, b[i] ?? 0];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
