import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Frees what loading and starting left behind in this thread, about 5 MB. A daemon that has nothing to do would
 * otherwise keep it: V8 collects when memory is asked for, and an idle program asks for none.
 */
export function dropStartUpGarbage(): void {
  setFlagsFromString("--expose-gc");
  // The flag gives `gc` to contexts that are made from here on, so the program's own never has it.
  const collect: unknown = runInNewContext("globalThis.gc");
  if (typeof collect === "function") collect();
}
