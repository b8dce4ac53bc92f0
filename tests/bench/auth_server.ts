/**
 * A Fleet API with TLS and its rows on disk that takes heartbeats, three times: from anybody, from nodes that show MACs,
 * and from nodes that sign. One process for `auth.ts`, which asks how much of the machine it used.
 */
import type { Caller } from "../../core/auth/caller.ts";
import { fleetGuard } from "../../core/auth/fleet_guard.ts";
import { LinkKeys } from "../../core/auth/link_keys.ts";
import { NodeSessions } from "../../core/auth/node_sessions.ts";
import { systemClock as clock } from "../../core/io/clock.ts";
import { serveGrpc } from "../../core/io/grpc/server.ts";
import { openSqlite } from "../../core/io/sqlite.ts";
import { changeNode, newNode } from "../../core/rules/node_life.ts";
import { ByteBudget } from "../../core/rpc/budget.ts";
import { type Guard, route, Router } from "../../core/rpc/router.ts";
import { SqliteStore } from "../../core/store/sqlite_store.ts";
import type { Store } from "../../core/store/store.ts";
import { nodeGreeting } from "../../core/superlink/node_greeting.ts";
import { fleet } from "../../core/wire/methods.ts";

const silent = { debug() {}, info() {}, warn() {}, error: console.error };
const [folder, publicKeyPath] = Deno.args;
const store: Store = new SqliteStore(await openSqlite(`${folder}/bench.db`));
const publicKey = await Deno.readFile(publicKeyPath);
const NODE_ID = 7n;
const nobody = { ownerId: "", ownerName: "" };
await store.transaction((tx) =>
  tx.putNode(newNode(NODE_ID, { ...nobody, publicKey, heartbeatIntervalS: 30, nowMs: clock.now() }))
);

/** Looks the node up, as the others do, and believes it. */
const trusting: Guard<Caller> = {
  admit: async ({ request }) => {
    const { node } = request as { node: { node_id: string } };
    const found = await store.transaction((tx) => tx.node(BigInt(node.node_id)));
    return { kind: "node", node: found! };
  },
};
const keys = new LinkKeys();
const macs = fleetGuard({ store, clock, log: silent, sessions: new NodeSessions({ keys, clock }) });
const signatures = fleetGuard({ store, clock, log: silent });

function heartbeats(guard: Guard<Caller>): Router<Caller> {
  const beat = route(fleet.SendNodeHeartbeat, async (request) => {
    await store.transaction(async (tx) => {
      const node = (await tx.node(NODE_ID))!;
      const event = { kind: "heartbeat", heartbeatIntervalS: request.heartbeat_interval } as const;
      await tx.putNode(changeNode(node, event, clock.now()).node);
    });
    return { success: true };
  });
  return new Router({ routes: [beat, ...nodeGreeting(keys)], guard, log: silent });
}

const tls = {
  certificateChain: await Deno.readFile(`${folder}/server.pem`),
  privateKey: await Deno.readFile(`${folder}/server.key`),
  rootCertificates: await Deno.readFile(`${folder}/ca.crt`),
};
const ports: Record<string, number> = {};
for (const [name, guard] of Object.entries({ none: trusting, hmac: macs, signature: signatures })) {
  const target = heartbeats(guard);
  const budget = new ByteBudget(32 << 20);
  const { methods } = target;
  const server = await serveGrpc({
    ...{ address: "127.0.0.1:0", tls, target, methods, maxMessageBytes: 1 << 20, budget, log: silent },
  });
  ports[name] = server.port;
}
console.log(JSON.stringify(ports));
