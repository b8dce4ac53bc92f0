/*
 * Instants as Python's `isoformat` writes them and its `fromisoformat` reads them: the form of the header that a
 * SuperNode signs. The text itself is signed, so it is never normalised.
 */

const DATE = String.raw`(?:(?<y>\d{4})-(?<mo>\d\d)-(?<d>\d\d)|(?<y2>\d{4})(?<mo2>\d\d)(?<d2>\d\d)` +
  String.raw`|(?<wy>\d{4})-W(?<w>\d\d)(?:-(?<wd>\d))?|(?<wy2>\d{4})W(?<w2>\d\d)(?<wd2>\d)?)`;
const clock = (prefix: string) =>
  String
    .raw`(?<${prefix}h>\d\d)(?:(?::(?<${prefix}m>\d\d)(?::(?<${prefix}s>\d\d)(?:[.,](?<${prefix}f>\d+))?)?)` +
  String.raw`|(?:(?<${prefix}m2>\d\d)(?:(?<${prefix}s2>\d\d)(?:[.,](?<${prefix}f2>\d+))?)?))?`;
const INSTANT = new RegExp(`^${DATE}.${clock("t")}(?:Z|(?<sign>[+-])${clock("o")})$`, "su");

const SECOND_US = 1_000_000;
const DAY_US = 86_400 * SECOND_US;

/** UTC with seconds in the offset: every peer of Flower reads it, and none writes it. */
const MARK = "+00:00:00";

/**
 * `ms` (Unix milliseconds) as Python writes an aware instant in UTC: no fraction on a whole second. A marked one means
 * the same instant and says besides that whoever signs it would rather have used a MAC.
 */
export function pythonTimestamp(ms: number, { marked = false }: { marked?: boolean } = {}): string {
  const text = new Date(ms).toISOString();
  const zone = marked ? MARK : "+00:00";
  return text.endsWith(".000Z") ? text.replace(".000Z", zone) : text.replace("Z", `000${zone}`);
}

/** Whether {@link pythonTimestamp} has marked this instant. */
export function isMarkedTimestamp(text: string): boolean {
  return text.endsWith(MARK);
}

/**
 * The Unix microseconds of an ISO 8601 instant with a zone (`Z` or an offset); `undefined` for everything else,
 * also for one without a zone. More than six digits of a fraction are cut off.
 */
export function parsePythonTimestamp(text: string): number | undefined {
  const groups = INSTANT.exec(text)?.groups;
  if (!groups) return undefined;
  const date = groups.wy || groups.wy2 ? weekDate(groups) : calendarDate(groups);
  const time = clockUs(groups, "t");
  const offset = groups.sign ? clockUs(groups, "o") : 0;
  if (date === undefined || time === undefined || offset === undefined) return undefined;
  return date * 1_000 + time - (groups.sign === "-" ? -offset : offset);
}

/** Unix milliseconds of midnight, if there is such a day. */
function calendarDate(groups: Record<string, string>): number | undefined {
  const [year, month, day] = [groups.y ?? groups.y2, groups.mo ?? groups.mo2, groups.d ?? groups.d2].map(
    Number,
  );
  const ms = midnight(year, month - 1, day);
  const date = new Date(ms);
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : undefined;
}

/** Weeks begin on Monday; the first one holds 4 January. */
function weekDate(groups: Record<string, string>): number | undefined {
  const [year, week, day] = [groups.wy ?? groups.wy2, groups.w ?? groups.w2, groups.wd ?? groups.wd2 ?? "1"]
    .map(Number);
  const fourth = midnight(year, 0, 4);
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7;
  const ms = fourth + ((week - 1) * 7 + day - 1 - weekday) * (DAY_US / 1_000);
  const thursday = new Date(ms + (4 - day) * (DAY_US / 1_000));
  return year >= 1 && day >= 1 && day <= 7 && week >= 1 && thursday.getUTCFullYear() === year
    ? ms
    : undefined;
}

/** `Date.UTC` takes years below 100 for the twentieth century. */
function midnight(year: number, monthIndex: number, day: number): number {
  return new Date(0).setUTCFullYear(year, monthIndex, day);
}

/** Microseconds since midnight, or of an offset, if it is less than a day. */
function clockUs(groups: Record<string, string>, prefix: "t" | "o"): number | undefined {
  const part = (name: string) => groups[prefix + name] ?? groups[prefix + name + "2"];
  const [hours, minutes, seconds] = [part("h"), part("m") ?? "0", part("s") ?? "0"].map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const fraction = Number((part("f") ?? "").slice(0, 6).padEnd(6, "0"));
  return ((hours * 60 + minutes) * 60 + seconds) * SECOND_US + fraction;
}
