/** Counts bytes, and acts whenever so many have come together. */
export function everyBytes(limit: number, act: () => void): (bytes: number) => void {
  let counted = 0;
  return (bytes) => {
    counted += bytes;
    if (counted < limit) return;
    counted = 0;
    act();
  };
}

/** The part of `node:v8` that is needed here. */
interface Flags {
  setFlagsFromString(flags: string): void;
}

/** The part of `node:vm` that is needed here. */
interface Contexts {
  runInNewContext(code: string): () => void;
}

/** V8's own collector; it is shown to new contexts only, and only here. */
export function shownGc(v8: Flags, vm: Contexts): () => void {
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
