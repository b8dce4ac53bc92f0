/** How urgent a line of a log is, in Flower's words. */
export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** A line as Flower's logs have it: the level, a colon, the text in a fixed column. Ends in a line end. */
export function logLine(level: LogLevel, text: string): string {
  return `${`${level} :`.padEnd(12)}${text}\n`;
}
