import { assertEquals } from "@std/assert";
import {
  refusal,
  replyTo,
  TestFederation,
  type TestFederationOptions,
} from "../../tests/fakes/federation.ts";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { openContentFiles } from "../io/content_files.ts";
import { openSqlite } from "../io/sqlite.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { control, serverAppIo } from "../wire/methods.ts";

/** A SuperLink on disk that can be started again and again, on one clock. */
class Restartable {
  readonly clock = new FakeClock();
  readonly #folder = Deno.makeTempDirSync();
  #store: SqliteStore | undefined;
  #starts = 0;

  async start(options: TestFederationOptions): Promise<TestFederation> {
    const store = new SqliteStore(await openSqlite(`${this.#folder}/state.db`));
    this.#store = store;
    const files = await openContentFiles(`${this.#folder}/objects`);
    const { clock } = this;
    return await TestFederation.start({ clock, store, files, seed: ++this.#starts, ...options });
  }

  /** The process is gone: nothing of it is asked to end well, only the database's lock is let go. */
  async kill(world: TestFederation): Promise<void> {
    await world.superlink.stop();
    await this.#store!.close();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

Deno.test("isolation subprocess: after a restart running runs have failed, waiting ones wait, nodes go on", async () => {
  using disk = new Restartable();
  const before = await disk.start({ isolation: "subprocess" });
  const node = await before.node();
  const app = await before.runningApp();
  await before.startRun();
  const claimed = await before.claimedApp();
  const waiting = await before.startRun();
  await app.send(app.instruction(node.nodeId));
  assertEquals((await Array.fromAsync(before.files.list())).length > 0, true);
  await disk.kill(before);

  await disk.clock.advance(70_000);
  const world = await disk.start({ isolation: "subprocess" });
  assertEquals(await world.status(app.runId), "finished:failed:the SuperLink was restarted");
  assertEquals(await world.status(claimed.runId), "pending");
  assertEquals(await world.status(waiting), "pending");
  assertEquals(await Array.fromAsync(world.files.list()), []);
  assertEquals(
    await refusal(world.appWith(claimed).client.call(serverAppIo.PullTaskInput, {})),
    "UNAUTHENTICATED: Authentication failed.",
  );
  const { nodes_info } = await world.cli.call(control.ListNodes, {});
  assertEquals(nodes_info.map(({ node_id, status }) => [BigInt(node_id), status]), [[node.nodeId, "online"]]);
  const next = await world.serverApp();
  assertEquals(next.runId, claimed.runId);
  await disk.kill(world);
});

Deno.test("isolation process: a run whose app lives goes on over a restart, to its end", async () => {
  using disk = new Restartable();
  const before = await disk.start({ isolation: "process" });
  const { key, nodeId } = await before.node();
  const app = await before.runningApp();
  const [id] = await app.send(app.instruction(nodeId));
  const half = await app.announce([app.instruction(nodeId, { text: "half" })]);
  await disk.kill(before);

  await disk.clock.advance(70_000);
  const world = await disk.start({ isolation: "process" });
  const node = await reconnected(world, key);
  const again = world.appWith(app);
  assertEquals(await again.heartbeat(), true);
  const message = await node.receive((await node.pull())!);
  await node.reply(replyTo(message, { clock: disk.clock }));
  await again.receive((await again.pull([id]))[0]);
  assertEquals(
    await again.upload(again.runId, half.deflated[0], half.objectsToPush),
    half.objectsToPush.map(() => true),
  );
  assertEquals((await node.pull())!.tree.object_id, half.ids[0]);
  await again.finish();
  assertEquals(await world.status(app.runId), "finished:completed");
  assertEquals(await Array.fromAsync(world.files.list()), []);
  await disk.kill(world);
});

Deno.test("isolation process: what a crash kept from its node is handed out again, what has arrived is not", async () => {
  using disk = new Restartable();
  const before = await disk.start({ isolation: "process" });
  const node = await before.node();
  const app = await before.runningApp();
  const messages = ["arrived", "lost"].map((text) => app.instruction(node.nodeId, { text }));
  const ids = await app.send(...messages);
  await node.receive((await node.pull(0))!);
  await node.pull(0);
  await disk.kill(before);

  const world = await disk.start({ isolation: "process" });
  const again = await reconnected(world, node.key);
  const pulled = await again.pull(0);
  assertEquals(pulled?.tree.object_id, ids[1]);
  await again.receive(pulled!);
  assertEquals(await again.pull(0), undefined);
  await disk.kill(world);
});

Deno.test("isolation process: an app that was given its input at the instant of a crash is given it again, once it has it never", async () => {
  using disk = new Restartable();
  const before = await disk.start({ isolation: "process" });
  const [lost, begun] = [await before.runningApp(), await before.runningApp()];
  await begun.client.call(serverAppIo.GetNodes, {});
  await disk.kill(before);
  const world = await disk.start({ isolation: "process" });
  const again = world.appWith(lost);
  const input = await again.client.call(serverAppIo.PullTaskInput, {});
  assertEquals([BigInt(input.run!.run_id), BigInt(input.task_id)], [lost.runId, lost.taskId]);
  assertEquals(await world.status(lost.runId), "running");
  const other = world.appWith(begun);
  await other.client.call(serverAppIo.GetNodes, {});
  assertEquals(
    await refusal(other.client.call(serverAppIo.PullTaskInput, {})),
    `FAILED_PRECONDITION: Failed to start task ${begun.taskId} of run ${begun.runId}`,
  );
  await disk.kill(world);
});

/** A node that was online and goes on as if nothing had happened: it does not activate again. */
async function reconnected(
  world: TestFederation,
  key: Awaited<ReturnType<TestFederation["newcomer"]>>["key"],
) {
  const node = await world.newcomer(key);
  const stored = await world.store.transaction((tx) => tx.nodeByKey(key.publicKey));
  Object.defineProperty(node, "nodeId", { value: stored!.nodeId });
  return node;
}

Deno.test("isolation process: an app that does not come back loses its run after a heartbeat's time", async () => {
  using disk = new Restartable();
  const before = await disk.start({ isolation: "process" });
  const app = await before.runningApp();
  await disk.kill(before);
  await disk.clock.advance(70_000);
  const world = await disk.start({ isolation: "process" });
  await disk.clock.advance(59_999);
  assertEquals(await world.status(app.runId), "running");
  await disk.clock.advance(1);
  assertEquals(await world.status(app.runId), "finished:failed:No heartbeat received from the task");
  await disk.kill(world);
});

Deno.test("a message whose stored bytes are gone is answered with code 3 after a restart", async () => {
  using disk = new Restartable();
  const before = await disk.start({ isolation: "process" });
  const { nodeId } = await before.node();
  const app = await before.runningApp();
  const message = app.instruction(nodeId);
  const [id] = await app.send(message);
  await before.files.remove(deflateMessage(message).ids[0]);
  await disk.kill(before);
  const world = await disk.start({ isolation: "process" });
  const [answer] = await world.appWith(app).pull([id]);
  assertEquals(Number(answer.proto.error!.code), 3);
  assertEquals(world.log.texts("warn"), ["1 messages are lost: stored objects of theirs are gone"]);
  await disk.kill(world);
});

Deno.test("what a crash left of an ended run goes at the next start", async () => {
  using disk = new Restartable();
  const before = await disk.start({ isolation: "process" });
  const node = await before.node();
  const app = await before.runningApp();
  await app.send(app.instruction(node.nodeId));
  // As if the process had ended between the run's last row and the removal of its objects.
  before.objects.releaseRun = () => Promise.resolve();
  await app.finish();
  await disk.kill(before);
  const world = await disk.start({ isolation: "process" });
  assertEquals(await Array.fromAsync(world.files.list()), []);
  await disk.kill(world);
});

Deno.test("a key stays reserved and a run stays listed over restarts", async () => {
  using disk = new Restartable();
  const before = await disk.start({ isolation: "subprocess" });
  const { key } = await before.newcomer();
  await before.cli.call(control.RegisterNode, { public_key: key.publicKey });
  const app = await before.runningApp();
  await app.client.call(serverAppIo.PushLogs, { logs: ["kept\n"] });
  await app.finish();
  await disk.kill(before);
  const world = await disk.start({ isolation: "subprocess" });
  assertEquals(
    await refusal(world.cli.call(control.RegisterNode, { public_key: key.publicKey })),
    "FAILED_PRECONDITION: Public key already in use",
  );
  assertEquals(await world.status(app.runId), "finished:completed");
  const log = await Array.fromAsync(world.cli.stream(control.StreamLogs, { run_id: app.runId }));
  assertEquals(log.map(({ log_output }) => log_output), ["kept\n"]);
  await disk.kill(world);
});
