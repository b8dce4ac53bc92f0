/** A duration for people: `45s`, `2m 5s`, `1h 0m`, `3d 4h`. */
export function durationText(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 90) return `${s}s`;
  if (s < 3_600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)}h ${Math.floor(s % 3_600 / 60)}m`;
  return `${Math.floor(s / 86_400)}d ${Math.floor(s % 86_400 / 3_600)}h`;
}

const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

/** A number of bytes for people, in steps of 1024: `0 B`, `9.5 KB`, `120 MB`. */
export function bytesText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  const value = bytes / 1024 ** step;
  return `${step > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[step]}`;
}

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
