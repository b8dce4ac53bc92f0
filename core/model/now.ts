/**
 * What time it is for messages that apps make. Apps write `new Message(…)` and `message.reply(…)`, which have no room
 * for a clock, and this layer may not read one. So whoever runs an app sets the source once, before the app's code
 * is loaded.
 *
 * @module
 */

let source: (() => number) | undefined;

/** Sets where the time comes from. @param now gives Unix seconds; undefined takes the source away */
export function setTimeSource(now: (() => number) | undefined): void {
  source = now;
}

/** Unix seconds. @throws {Error} when nobody has set a source */
export function now(): number {
  if (source) return source();
  throw new Error(
    "Cannot date a message as no time source is set: give createdAt, or call setTimeSource first",
  );
}
