import type { LegacyNodeTransport } from "../auth/legacy_node_transport.ts";
import type { Clock, Log } from "../io/ports.ts";
import { RpcClient } from "../rpc/client.ts";
import { type Route, route, Router } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { fleet } from "../wire/methods.ts";
import { LegacyMessages } from "./legacy_messages.ts";

/** What {@link legacyFleetRouter} needs. */
export interface LegacyFleetOptions {
  /** The way to the SuperLink. */
  readonly transport: LegacyNodeTransport;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Answers the Fleet methods that a SuperNode calls today by those of a SuperLink of Flower 1.14.0. Whatever that refuses
 * is refused here with the same words.
 */
export function legacyFleetRouter({ transport, clock, log }: LegacyFleetOptions): Router<void> {
  const superlink = new RpcClient(transport);
  const messages = new LegacyMessages({ superlink, clock, log });
  return new Router({
    routes: [...membership(superlink, { transport, log }), ...messages.routes, ...runs(superlink)],
    guard: { admit: () => Promise.resolve() },
    log,
  });
}

/** How the node comes, says that it is there, and goes. */
function membership(
  superlink: RpcClient,
  { transport, log }: Pick<LegacyFleetOptions, "transport" | "log">,
): Route<void>[] {
  const nothing = () => Promise.resolve({});
  return [
    // A node is known from CreateNode to DeleteNode; nobody registers it.
    route(fleet.RegisterNode, nothing),
    route(fleet.UnregisterNode, nothing),
    route(fleet.ActivateNode, async ({ heartbeat_interval: ping_interval }, { signal }) => {
      const { node } = await superlink.call(legacyFleet.CreateNode, { ping_interval }, { signal });
      const mode = transport.isAuthenticated ? "with a MAC over the body of each call" : "is not asked for";
      log.info(`Authentication ${mode}`);
      return { node_id: node?.node_id };
    }),
    route(fleet.DeactivateNode, async ({ node_id }, { signal }) => {
      // Without a database it would never take a key again that said good-bye. It notices soon that nobody pings.
      if (transport.isAuthenticated) return {};
      const node = { node_id, anonymous: false };
      return await superlink.call(legacyFleet.DeleteNode, { node }, { signal });
    }),
    route(fleet.SendNodeHeartbeat, async ({ node, heartbeat_interval: ping_interval }, { signal }) => {
      const { success } = await superlink.call(legacyFleet.Ping, { node, ping_interval }, { signal });
      if (!success) throw new RpcError("UNAUTHENTICATED", "It does not take the pings of this node");
      return { success };
    }),
  ];
}

/** The same methods and the same bytes in both generations. */
function runs(superlink: RpcClient): Route<void>[] {
  return [
    route(fleet.GetRun, (request, { signal }) => superlink.call(fleet.GetRun, request, { signal })),
    route(fleet.GetFab, (request, { signal }) => superlink.call(fleet.GetFab, request, { signal })),
  ];
}
