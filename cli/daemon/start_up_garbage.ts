import v8 from "node:v8";
import vm from "node:vm";
import { shownGc } from "../../core/io/shown_gc.ts";

/**
 * Frees what loading and starting left behind in this thread, about 5 MB. A daemon that has nothing to do would
 * otherwise keep it: V8 collects when memory is asked for, and an idle program asks for none.
 */
export function dropStartUpGarbage(): void {
  shownGc(v8, vm)();
}
