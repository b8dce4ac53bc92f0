import v8 from "node:v8";
import vm from "node:vm";

/**
 * The runtime's HTTP/2 holds what was sent and received until the collector comes by, and the collector does not see
 * these copies: without a hint, moving a model of 400 MB takes as much memory. A run costs 5 to 40 ms, so it comes
 * after this share of the memory that the process has, but not sooner than after so many bytes.
 */
const COLLECT_SHARE = 1 / 12;
const COLLECT_BYTES = 16 * 1_048_576;

let movedBytes = 0;
let collect: (() => void) | undefined;

/** Says that so many bytes of large messages were sent or received by this thread. */
export function movedLarge(bytes: number): void {
  movedBytes += bytes;
  if (movedBytes < COLLECT_BYTES || movedBytes < Deno.memoryUsage().rss * COLLECT_SHARE) return;
  movedBytes = 0;
  collect ??= collector();
  collect();
}

/** V8's own collector, some milliseconds a run; it is shown to new contexts only, and only here. */
function collector(): () => void {
  try {
    v8.setFlagsFromString("--expose-gc");
    return vm.runInNewContext("gc");
  } catch {
    // A runtime that does not show it collects when it likes: more memory, nothing worse.
    return () => {};
  } finally {
    v8.setFlagsFromString("--no-expose-gc");
  }
}
