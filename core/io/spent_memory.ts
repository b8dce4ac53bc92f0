import { everyBytes, shownGc } from "./shown_gc.ts";

/** After so many bytes the collector runs: often enough for a few models, seldom enough to cost little. */
const COLLECT_BYTES = 64 * 1_048_576;

let gc: Promise<() => void> | undefined;

/**
 * Says that so many bytes are not used any more. The collector counts objects, and a model of hundreds of megabytes is
 * one of them, so it would let several pile up.
 */
export const spentMemory = everyBytes(COLLECT_BYTES, () => {
  gc ??= loaded();
  gc.then((collect) => collect());
});

/** Loaded when it is needed: most apps never do, and it takes as long as all the rest of starting them. */
async function loaded(): Promise<() => void> {
  const [v8, vm] = await Promise.all([import("node:v8"), import("node:vm")]);
  return shownGc(v8.default, vm.default);
}
