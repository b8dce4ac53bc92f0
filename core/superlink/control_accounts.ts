import type { Caller } from "../auth/caller.ts";
import type { Route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { control } from "../wire/methods.ts";
import { controlRoute } from "./control_route.ts";
import type { Link } from "./link.ts";

/** How people would log in; this SuperLink knows no accounts and says so in the words that command lines know. */
export function controlAccounts(link: Link): Route<Caller>[] {
  const noTokens = "Exception calling application: NoOp plugin does not support getting auth tokens.";
  return [
    controlRoute(link, control.GetLoginDetails, () => Promise.resolve({ authn_type: "noop" })),
    controlRoute(link, control.GetAuthTokens, () => Promise.reject(new RpcError("UNKNOWN", noTokens))),
  ];
}
