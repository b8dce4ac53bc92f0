import {
  decodeLegacy,
  encodeLegacy,
  type LegacyMessageName,
  type LegacyMethods,
  legacyMethods,
} from "../../proto/flwr_1_14.ts";
import type { Init } from "../../proto/init.ts";
import type { WireMethod } from "./methods.ts";

/** The methods of Flower 1.14.0 that are gone today; GetRun and GetFab are the same on the wire. */
const GONE = ["CreateNode", "DeleteNode", "Ping", "PullTaskIns", "PushTaskRes"] as const;
type Gone = typeof GONE[number];

type MethodOf<S extends { request: unknown; response: unknown }> = WireMethod<
  S["request"],
  S["response"],
  Init<S["request"]>,
  Init<S["response"]>,
  false
>;

const SERVICE = "flwr.proto.Fleet";

/** What a SuperNode of Flower 1.14.0 asks its SuperLink. */
export const legacyFleet = Object.fromEntries(GONE.map((name) => [name, {
  path: `/${SERVICE}/${name}`,
  service: SERVICE,
  name,
  streaming: false,
  ...codecOf("Request", legacyMethods[name].requestType),
  ...codecOf("Response", legacyMethods[name].responseType),
}])) as unknown as { readonly [Name in Gone]: MethodOf<LegacyMethods[Name]> };

function codecOf(part: "Request" | "Response", type: LegacyMessageName) {
  return {
    [`decode${part}`]: (bytes: Uint8Array) => decodeLegacy(type, bytes),
    [`encode${part}`]: (message: Record<string, never>) => encodeLegacy(type, message),
  };
}
