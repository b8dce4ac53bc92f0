/** A duration for people: `45s`, `2m 5s`, `1h 0m`, `3d 4h`. */
export function durationText(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 90) return `${s}s`;
  if (s < 3_600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)}h ${Math.floor(s % 3_600 / 60)}m`;
  return `${Math.floor(s / 86_400)}d ${Math.floor(s % 86_400 / 3_600)}h`;
}

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** A number of bytes for people, in steps of 1024: `0 B`, `9.5 KB`, `120 MB`. From 10 on whole numbers, cut off. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.trunc(value)} ${UNITS[unit]}`;
}

/**
 * A number as JSON that keeps its point, as Flower writes seconds: `0.0`, `12.345`. A script in a language that
 * tells whole numbers from others finds what it expects.
 */
export function decimalJson(value: number): unknown {
  return Number.isInteger(value) ? rawJson(value.toFixed(1)) : value;
}

/** A piece of JSON that is put in as it stands. TypeScript's library does not know it yet. */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** An instant as the server wrote it, in the form people see: `2026-11-23 04:56:10Z`; `N/A` for none. */
export function instantText(iso: string | undefined): string {
  if (!iso) return "N/A";
  return new Date(iso).toISOString().slice(0, 19).replace("T", " ") + "Z";
}

/** Seconds from one instant to another, to the microsecond. */
export function secondsBetween(from: string, to: string): number {
  return (microseconds(to) - microseconds(from)) / 1e6;
}

/** `Date` counts milliseconds only. */
function microseconds(iso: string): number {
  const fraction = /\.(\d+)/.exec(iso)?.[1].padEnd(6, "0").slice(0, 6) ?? "0";
  const whole = Date.parse(iso.replace(/\.\d+/, ""));
  return whole * 1000 + Number(fraction);
}
