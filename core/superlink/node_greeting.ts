import type { Caller } from "../auth/caller.ts";
import type { LinkKeys } from "../auth/link_keys.ts";
import { greet, GREETING_HEADERS } from "../auth/node_greeting.ts";
import { type Route, route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { CURVES } from "../wire/ec_key.ts";
import type { Context } from "./callers.ts";

/** How a SuperNode of ours learns the key that it agrees with. */
export function nodeGreeting(keys: LinkKeys): Route<Caller>[] {
  return [route(greet, (_, context: Context) => answer(keys, context))];
}

async function answer(keys: LinkKeys, { metadata, connection, setHeader }: Context) {
  // A MAC shows who calls; only TLS keeps what is said from being read, so nothing is to look safe without it.
  if (!connection.secure) throw new RpcError("UNIMPLEMENTED", "MACs are for connections with TLS");
  const named = metadata.text(GREETING_HEADERS.curve);
  const curve = CURVES.find((name) => name === named);
  if (!curve) throw new RpcError("INVALID_ARGUMENT", `The curve must be one of ${CURVES.join(", ")}`);
  setHeader(GREETING_HEADERS.linkKey, (await keys.on(curve)).publicKey);
  return {};
}
