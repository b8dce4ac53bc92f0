/** What `parseArgs` is told about the flags. */
export interface ParseOptions {
  /** Flags that take no value. */
  readonly boolean?: readonly string[];
  /** Flags whose value is text. */
  readonly string?: readonly string[];
  /** Flags that may be given more than once; their value is a list. */
  readonly collect?: readonly string[];
  /** Flags that `--no-NAME` may switch off. */
  readonly negatable?: readonly string[];
  /** Values of flags that were not given. */
  readonly default?: Record<string, unknown>;
  /** Other names of a flag. */
  readonly alias?: Record<string, string | readonly string[]>;
  /** Keep what follows `--` under the key `"--"`. */
  readonly "--"?: boolean;
  /** Stop at the first word that is no flag. */
  readonly stopEarly?: boolean;
  /** Called for every word that is not declared; `false` leaves it out of the result. */
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
/** The parsed command line: flags by name, the other words under `_`. */
export interface Args {
  _: (string | number)[];
  "--"?: string[];
  [flag: string]: unknown;
}
/** Splits a command line into flags and words. */
export function parseArgs(args: readonly string[], options?: ParseOptions): Args;
