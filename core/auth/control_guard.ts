import type { Log } from "../io/ports.ts";
import type { Guard } from "../rpc/router.ts";
import { type Caller, NO_ACCOUNT } from "./caller.ts";
import { Gate, unknownMethod } from "./gate.ts";

/** Guards the Control API of a SuperLink that knows no accounts: everybody is {@link NO_ACCOUNT}. */
export function controlGuard(options: { log: Log }): Guard<Caller> {
  return new Gate((call, row) => {
    if (row.credential === "account") return Promise.resolve(NO_ACCOUNT);
    if (row.credential === "open") return Promise.resolve({ kind: "anyone" });
    return Promise.reject(unknownMethod(call));
  }, options.log);
}
