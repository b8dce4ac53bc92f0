import type { Log } from "../../core/io/ports.ts";

/** One line of a {@link FakeLog}. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** A log that keeps its lines for the test to look at. */
export class FakeLog implements Log {
  readonly lines: LogLine[] = [];

  debug(text: string): void {
    this.lines.push({ level: "debug", text });
  }

  info(text: string): void {
    this.lines.push({ level: "info", text });
  }

  warn(text: string): void {
    this.lines.push({ level: "warn", text });
  }

  error(text: string): void {
    this.lines.push({ level: "error", text });
  }

  /** The texts of one level, or of all. */
  texts(level?: LogLine["level"]): string[] {
    return this.lines.filter((line) => !level || line.level === level).map((line) => line.text);
  }
}
