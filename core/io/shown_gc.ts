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

/** How often one looks: V8's flags are those of the process, and another thread may take them back in between. */
const LOOKS = 20;

/** V8's own collector; it is shown to new contexts only, and only here. */
export function shownGc(v8: Flags, vm: Contexts): () => void {
  for (let look = 0; look < LOOKS; look++) {
    try {
      v8.setFlagsFromString("--expose-gc");
      return vm.runInNewContext("gc");
    } catch {
      // Not shown, this time.
    } finally {
      v8.setFlagsFromString("--no-expose-gc");
    }
  }
  // A runtime that does not show it collects when it likes: more memory, nothing worse.
  return () => {};
}
