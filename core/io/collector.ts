import v8 from "node:v8";
import vm from "node:vm";
import { everyBytes, shownGc } from "./shown_gc.ts";

/**
 * In the runtime's HTTP/2 a stream keeps the memory of what it had to hold back while it was sent, until the collector
 * comes by; and the collector does not see this memory. Without a hint, moving a model of 400 MB takes as much. A run
 * costs 20 to 50 ms, so it comes after so many bytes.
 */
const COLLECT_BYTES = 20 * 1_048_576;

let collect: (() => void) | undefined;

/** Says that streams of this thread that have ended keep so many bytes more. */
export const keptByStreams = everyBytes(COLLECT_BYTES, () => {
  collect ??= shownGc(v8, vm);
  collect();
});
