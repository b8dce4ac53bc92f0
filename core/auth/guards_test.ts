import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { RpcClient } from "../rpc/client.ts";
import { MemoryTransport } from "../rpc/memory_transport.ts";
import { route, Router } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { fleet, serverAppIo } from "../wire/methods.ts";
import { appIoGuard } from "./app_io_guard.ts";
import { type Caller, callerAs, callingNode, callingTask } from "./caller.ts";
import { fleetGuard } from "./fleet_guard.ts";
import { ephemeralNodeKey } from "./keys.ts";
import { nodeSigner } from "./node_signer.ts";
import { superexecSigner } from "./superexec_signer.ts";
import { hashToken, taskToken } from "./task_token.ts";
import { versionHeaders } from "./version.ts";

Deno.test("guards: a SuperNode's client and a Fleet router agree, through the real path", async () => {
  const [clock, store, log] = [new FakeClock(), new MemoryStore(), new FakeLog()];
  const node = {
    nodeId: 9n,
    ownerId: "<id:none>",
    ownerName: "none",
    status: "registered" as const,
    registeredAt: 0,
    onlineUntil: 0,
    heartbeatIntervalS: 30,
  };
  const router = new Router<Caller>({
    guard: fleetGuard({ store, clock, log }),
    log,
    routes: [
      route(fleet.RegisterNode, async (_, { caller }) => {
        const { publicKey } = callerAs(caller, "newcomer");
        await store.transaction((tx) => tx.putNode({ ...node, publicKey }));
        return { node_id: node.nodeId };
      }),
      route(
        fleet.SendNodeHeartbeat,
        (_, { caller }) => Promise.resolve({ success: callingNode(caller).nodeId === 9n }),
      ),
    ],
  });
  const [key, stranger] = [await ephemeralNodeKey(), await ephemeralNodeKey()];
  const clientOf = (signing: typeof key) =>
    new RpcClient(new MemoryTransport(router, { clock }), {
      credentials: [nodeSigner(signing, { clock }), versionHeaders("SuperNode")],
    });
  const registered = await clientOf(key).call(fleet.RegisterNode, { public_key: key.publicKey });
  const heartbeat = { node: { node_id: registered.node_id }, heartbeat_interval: 30 };
  assert((await clientOf(key).call(fleet.SendNodeHeartbeat, heartbeat)).success);
  await clock.advance(3_600_000);
  assert((await clientOf(key).call(fleet.SendNodeHeartbeat, heartbeat)).success);
  const refused = await assertRejects(
    () => clientOf(stranger).call(fleet.SendNodeHeartbeat, heartbeat),
    RpcError,
  );
  assertEquals([refused.code, refused.details], ["UNAUTHENTICATED", "Invalid node ID"]);
});

Deno.test("guards: a SuperExec and an app process agree with an AppIo router, through the real path", async () => {
  const [clock, store, log] = [new FakeClock(), new MemoryStore(), new FakeLog()];
  const superexecSecret = new TextEncoder().encode("shared");
  const guard = appIoGuard({
    service: "flwr.proto.ServerAppIo",
    component: "SuperLink",
    store,
    clock,
    log,
    superexecSecret,
  });
  const router = new Router<Caller>({
    guard,
    log,
    routes: [
      route(serverAppIo.ClaimTask, async ({ task_id: taskId }) => {
        const token = "ef".repeat(128);
        await store.transaction((tx) =>
          tx.putTask({
            taskId: BigInt(taskId),
            runId: 5n,
            type: "flwr-serverapp",
            status: "starting",
            subStatus: "",
            details: "",
            pendingAt: 0,
            tokenHash: hashToken(token),
            leaseUntil: clock.now() + 30_000,
          })
        );
        return { token };
      }),
      route(
        serverAppIo.SendTaskHeartbeat,
        (_, { caller }) => Promise.resolve({ success: callingTask(caller).taskId === 3n }),
      ),
    ],
  });
  const transport = new MemoryTransport(router, { clock });
  const signer = superexecSigner(superexecSecret, { clock, random: new FakeRandom() });
  const superexec = new RpcClient(transport, { credentials: [signer, versionHeaders("SuperExec")] });
  const { token } = await superexec.call(serverAppIo.ClaimTask, { task_id: 3n });
  const app = new RpcClient(transport, {
    credentials: [taskToken(token!), versionHeaders("flwr-serverapp")],
  });
  assert((await app.call(serverAppIo.SendTaskHeartbeat, {})).success);
  const own = await assertRejects(() => superexec.call(serverAppIo.SendTaskHeartbeat, {}), RpcError);
  assertEquals([own.code, own.details], ["UNAUTHENTICATED", "Authentication failed."]);
  await clock.advance(30_000);
  const late = await assertRejects(() => app.call(serverAppIo.SendTaskHeartbeat, {}), RpcError);
  assertEquals(late.code, "UNAUTHENTICATED");
});
