import type { Log } from "../io/ports.ts";
import type { Guard } from "../rpc/router.ts";
import type { Caller } from "./caller.ts";
import { Gate, unknownMethod } from "./gate.ts";

/** Guards a service that tells nothing worth hiding: whatever asks for a credential is refused. */
export function openGuard(options: { log: Log }): Guard<Caller> {
  return new Gate((call, row) => {
    if (row.credential === "open") return Promise.resolve({ kind: "anyone" });
    return Promise.reject(unknownMethod(call));
  }, options.log);
}
