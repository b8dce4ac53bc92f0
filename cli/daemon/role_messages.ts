/** How a role's Worker talks to the main thread. Everything here can be posted. */

/** How much is logged, and how. */
export interface LogSettings {
  readonly level: "DEBUG" | "INFO" | "WARNING" | "ERROR";
  readonly colour: boolean;
}

/** Something that was logged. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** From the main thread to the Worker. */
export type ToRole<Settings> =
  /** First of all. `launcher` leads to the Worker that starts app processes. */
  | {
    readonly kind: "start";
    readonly settings: Settings;
    readonly log: LogSettings;
    /** What the main thread has logged before. */
    readonly said: readonly LogLine[];
    readonly launcher?: MessagePort;
  }
  /** End in good order and answer `ended`. */
  | { readonly kind: "stop" };

/** From the Worker to the main thread. */
export type FromRole =
  /** Everything is open that has to be opened; the role needs nothing of the main thread any more. */
  | { readonly kind: "ready" }
  /** The role is over; not 0 when it did not end in good order. */
  | { readonly kind: "ended"; readonly status: number }
  /** The role could not begin or go on, for a reason that the user can do something about. */
  | { readonly kind: "failed"; readonly text: string; readonly hint?: string; readonly exitCode?: number };
