import { everyBytes, shownGc } from "./shown_gc.ts";

/** After so many bytes the collector runs: often enough for a few models, seldom enough to cost little. */
const COLLECT_BYTES = 64 * 1_048_576;

let gc: Promise<() => void> | undefined;

const collectSoon = everyBytes(COLLECT_BYTES, collect);

/**
 * Says that so many bytes are not used any more. The collector counts objects, and a model of hundreds of megabytes is
 * one of them, so it would let several pile up.
 */
export function spentMemory(bytes: number): void {
  collectSoon(bytes);
  // What is given up at the end of some work may still stand in its frames, which are gone by the next event.
  if (bytes >= COLLECT_BYTES) setTimeout(collect, 0);
}

function collect(): void {
  gc ??= loaded();
  gc.then((run) => run());
}

/** Loads now what {@link spentMemory} would load when it is needed: for a thread that can load nothing later. */
export async function loadCollector(): Promise<void> {
  gc ??= loaded();
  await gc;
}

/** Loaded when it is needed: most apps never do, and it takes as long as all the rest of starting them. */
async function loaded(): Promise<() => void> {
  const [v8, vm] = await Promise.all([import("node:v8"), import("node:vm")]);
  return shownGc(v8.default, vm.default);
}
