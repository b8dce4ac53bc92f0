/** `ms` (Unix milliseconds) as Flower writes instants: ISO 8601 in UTC with microseconds and an offset. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000+00:00");
}

/**
 * The Unix milliseconds of an instant as a peer wrote it; `undefined` for the empty text that stands for "not
 * yet".
 * @throws {RangeError} when it is no instant
 */
export function parseIsoTime(text: string): number | undefined {
  if (text === "") return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`Cannot read "${text}" as an instant must be ISO 8601`);
  return ms;
}
