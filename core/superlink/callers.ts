import type { Caller } from "../auth/caller.ts";
import type { CallContext } from "../rpc/router.ts";

/** Who asks and how, as every handler gets it. */
export type Context = CallContext<Caller>;
