import type { Context } from "corolla";
import type { Targets } from "./attempts.ts";

/** What the test aims the app at. */
export function targetsOf({ runConfig }: Context): Targets {
  return {
    keyPath: runConfig.string("key-path"),
    folder: runConfig.string("folder"),
    port: runConfig.int("port"),
  };
}
