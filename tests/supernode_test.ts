import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ephemeralNodeKey, type NodeKey } from "../core/auth/keys.ts";
import { memoryContentFiles } from "../core/io/memory_content_files.ts";
import { type ContentFiles, StorageFullError } from "../core/io/ports.ts";
import { Message } from "../core/model/app_message.ts";
import { FlowerArray } from "../core/model/record/array.ts";
import { ArrayRecord } from "../core/model/record/array_record.ts";
import { MetricRecord } from "../core/model/record/metric_record.ts";
import { RecordDict } from "../core/model/record/record_dict.ts";
import { MemoryTransport } from "../core/rpc/memory_transport.ts";
import { wishHold } from "../core/rpc/peer.ts";
import { RpcError } from "../core/rpc/status.ts";
import type { Transport } from "../core/rpc/transport.ts";
import { clientAppIo, control, fleet } from "../core/wire/methods.ts";
import { settled } from "./fakes/clock.ts";
import { refusal, replyTo, TestFederation, type TestServerApp, until } from "./fakes/federation.ts";
import { TestSuperNode, type TestSuperNodeOptions } from "./fakes/supernode.ts";

/** The Fleet service with a switch. */
class Line implements Transport {
  readonly address = "superlink";
  readonly calls: string[] = [];
  failWith: RpcError | undefined;
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  async unary(...[path, request, options]: Parameters<Transport["unary"]>): ReturnType<Transport["unary"]> {
    if (this.failWith) throw this.failWith;
    const name = path.split("/").at(-1)!;
    if (name !== "SendNodeHeartbeat" && name !== "PullMessages") this.calls.push(name);
    return await this.#inner.unary(path, request, options);
  }

  stream(...args: Parameters<Transport["stream"]>): ReturnType<Transport["stream"]> {
    return this.#inner.stream(...args);
  }

  ready(timeoutMs: number): Promise<void> {
    return this.#inner.ready(timeoutMs);
  }

  close(): void {
    this.#inner.close();
  }
}

interface World {
  federation: TestFederation;
  line: Line;
  node: TestSuperNode;
  app: TestServerApp;
}

async function world(
  test: (world: World) => Promise<void>,
  options: Partial<TestSuperNodeOptions> = {},
): Promise<void> {
  const federation = await TestFederation.start();
  const { clock } = federation;
  const line = new Line(new MemoryTransport(federation.superlink.fleet, { clock }));
  const node = await TestSuperNode.start({ fleet: line, clock, ...options });
  await until(() => node.nodeId !== 0n);
  const app = await federation.runningApp();
  try {
    await test({ federation, line, node, app });
  } finally {
    await node.stop();
  }
}

/** Waits for the one reply to a message. */
async function answer(app: TestServerApp, id: string): Promise<Message> {
  const [pulled] = await app.pull([id], { holdMs: 25_000 });
  return await app.receive(pulled);
}

function textIn(message: Message): unknown {
  return message.content.config("config").get("text");
}

Deno.test("three messages are answered one after the other, and the run is asked for once", async () => {
  await world(async ({ federation, line, node, app }) => {
    const texts: unknown[] = [];
    for (const text of ["one", "two", "three"]) {
      node.launcher.part = ({ token }) => node.app(token, federation.clock).work(`${text} done`);
      const [id] = await app.send(app.instruction(node.nodeId, { text }));
      texts.push(textIn(await answer(app, id)));
    }
    assertEquals(texts, ["one done", "two done", "three done"]);
    assertEquals(line.calls.slice(0, 4), ["RegisterNode", "ActivateNode", "GetRun", "GetFab"]);
    assertEquals(line.calls.filter((name) => name === "GetRun").length, 1);
    assertEquals(
      federation.clock.sleeps.filter((ms) => ms === 3_000),
      [],
      "nobody slept where a poll is held",
    );
    // A reply is here before the node knows that, and forgets it.
    await until(() => node.log.texts().filter((text) => text === "Sent successfully").length === 3);
    await settled();
    const held = await federation.store.transaction((tx) => tx.contentIds());
    assertEquals(held, [], "nothing is left at the SuperLink");
    assertEquals(await node.store.transaction((tx) => tx.contentIds()), [], "nothing is left on the node");
  });
});

Deno.test("the log says what official SuperNodes say", async () => {
  await world(async ({ node, app }) => {
    const [id] = await app.send(app.instruction(node.nodeId));
    const reply = await answer(app, id);
    await until(() => node.log.texts().includes("Sent successfully"));
    assertEquals(node.log.texts("info"), [
      `SuperNode ID: ${node.nodeId}`,
      "",
      `[RUN ${app.runId}, ROUND 1]`,
      `Receiving: train message (ID: ${id})`,
      "Received successfully",
      "",
      `[RUN ${app.runId}, ROUND 1]`,
      `Sending: train message (ID: ${reply.metadata.messageId})`,
      "Sent successfully",
    ]);
  });
});

Deno.test("a ClientApp gets its configuration, and its state from one message to the next", async () => {
  await world(async ({ federation, node, app }) => {
    const seen: string[][] = [];
    node.launcher.part = async ({ token, runtime, plugin }) => {
      const process = node.app(token, federation.clock);
      const { context, run, fab } = await process.begin();
      const { node_config, run_config, state, run_id, node_id } = context!;
      assertEquals([run_id, node_id], [String(app.runId), String(node.nodeId)]);
      assertEquals(node_config["partition-id"].sint64, "3");
      assertEquals(run_config.rounds.sint64, "3");
      assertEquals(run!.fab_hash, fab!.hash_str);
      seen.push([plugin, runtime, ...state!.items.map((item) => item.key)]);
      state!.items.push({
        key: `visit ${seen.length}`,
        metric_record: { items: [] },
        value: "metric_record",
      });
      await process.reply(replyTo(await process.receive(), { clock: federation.clock }));
      await process.finish(context!);
      return { kind: "ready" };
    };
    for (const text of ["a", "b", "c"]) {
      const [id] = await app.send(app.instruction(node.nodeId, { text }));
      await answer(app, id);
    }
    assertEquals(seen, [
      ["clientapp", "typescript"],
      ["clientapp", "typescript", "visit 1"],
      ["clientapp", "typescript", "visit 1", "visit 2"],
    ]);
  }, { nodeConfig: new Map([["partition-id", 3n]]) });
});

Deno.test("an app process that dies is answered for at once, and the node goes on", async () => {
  await world(async ({ federation, node, app }) => {
    const before = federation.clock.now();
    node.launcher.part = async ({ token }) => {
      await node.app(token, federation.clock).begin();
      return { kind: "exited", code: 137, signal: "SIGKILL", lastWords: "Traceback\nMemoryError" };
    };
    const [id] = await app.send(app.instruction(node.nodeId));
    const { error } = await answer(app, id);
    assertEquals([error.code, error.reason], [8, "ClientApp stopped responding."]);
    assertEquals(federation.clock.now(), before, "no time passed");
    assertStringIncludes(
      node.log.texts("error").join("\n"),
      "The flwr-clientapp process ended by SIGKILL before its task was done, as happens when the machine is short of memory: MemoryError",
    );

    node.launcher.part = ({ token }) => node.app(token, federation.clock).work("well again");
    const [next] = await app.send(app.instruction(node.nodeId, { text: "next" }));
    assertEquals(textIn(await answer(app, next)), "well again");
  });
});

Deno.test("an app process that dies amid its reply is answered for, and its half reply is forgotten", async () => {
  await world(async ({ federation, node, app }) => {
    node.launcher.part = async ({ token }) => {
      const process = node.app(token, federation.clock);
      await process.begin();
      await process.reply(replyTo(await process.receive(), { clock: federation.clock }), 1);
      return { kind: "exited", code: 1, lastWords: "" };
    };
    const [id] = await app.send(app.instruction(node.nodeId));
    assertEquals((await answer(app, id)).error.code, 8);
    await until(() => node.log.texts().includes("Sent successfully"));
    await settled();
    assertEquals(await node.store.transaction((tx) => tx.contentIds()), []);
  });
});

Deno.test("an app process that falls silent is answered for when its token lapses", async () => {
  await world(async ({ federation, node, app }) => {
    const begun = Promise.withResolvers<void>();
    node.launcher.part = async ({ token }, signal) => {
      await node.app(token, federation.clock).begin();
      begun.resolve();
      return await new Promise((resolve) =>
        signal.addEventListener("abort", () => resolve({ kind: "exited", code: 0, lastWords: "" }))
      );
    };
    const [id] = await app.send(app.instruction(node.nodeId));
    // Its token lives from here on.
    await begun.promise;
    for (let s = 0; s < 59; s += 20) {
      assertEquals(await app.pull([id], { holdMs: 0 }), []);
      await app.heartbeat();
      await federation.clock.advance(20_000);
    }
    assertEquals((await answer(app, id)).error.reason, "ClientApp stopped responding.");
  });
});

Deno.test("a task that nobody began is claimed again 30 s later", async () => {
  await world(async ({ federation, node, app }) => {
    let tries = 0;
    node.launcher.part = ({ token }) =>
      ++tries === 1 ? new Promise(() => {}) : node.app(token, federation.clock).work("second try");
    const [id] = await app.send(app.instruction(node.nodeId));
    await until(() => tries === 1);
    await federation.clock.advance(30_000);
    assertEquals(textIn(await answer(app, id)), "second try");
    assertEquals(tries, 2);
  });
});

Deno.test("a process that cannot be started says why in the log", async () => {
  await world(async ({ node, app }) => {
    node.launcher.part = () => Promise.resolve({ kind: "notStarted", reason: "Cannot start it" });
    const [id] = await app.send(app.instruction(node.nodeId));
    assertEquals((await answer(app, id)).error.code, 8);
    assertStringIncludes(node.log.texts("error").join("\n"), "Cannot start it");
  });
});

Deno.test("a message of a stopped run is dropped and the node takes the next one", async () => {
  await world(async ({ federation, node, app }) => {
    const working = Promise.withResolvers<void>();
    node.launcher.part = async ({ token }) => {
      const process = node.app(token, federation.clock);
      await process.begin();
      const message = await process.receive();
      working.resolve();
      await federation.cli.call(control.StopRun, { run_id: app.runId });
      await process.reply(replyTo(message, { clock: federation.clock }));
      await process.finish();
      return { kind: "ready" };
    };
    await app.send(app.instruction(node.nodeId));
    await working.promise;
    await until(() => node.log.texts().some((text) => text.includes("is not in `RUNNING` status")));

    const other = await federation.runningApp();
    node.launcher.part = ({ token }) => node.app(token, federation.clock).work("of the next run");
    const [id] = await other.send(other.instruction(node.nodeId));
    assertEquals(textIn(await answer(other, id)), "of the next run");
  });
});

Deno.test("a ClientApp that never answers ends with its run, and hears of it at once", async () => {
  await world(async ({ federation, line, node, app }) => {
    const { clock } = federation;
    const heard = Promise.withResolvers<string>();
    node.launcher.part = async ({ token }) => {
      const process = node.app(token, clock);
      await process.begin();
      const beat = process.client.call(clientAppIo.SendTaskHeartbeat, {}, { metadata: wishHold(20_000) });
      heard.resolve(await refusal(beat));
      return { kind: "exited", code: 0, lastWords: "" };
    };
    await app.send(app.instruction(node.nodeId));
    // The run is watched from when the message is here, which is later than its ClientApp begins.
    await until(() => node.log.texts().includes("Received successfully"));
    await clock.advance(1_000);
    await until(() => line.calls.filter((name) => name === "GetRun").length === 2);
    await federation.cli.call(control.StopRun, { run_id: app.runId });
    assertEquals(await heard.promise, "UNAUTHENTICATED: Authentication failed.");
    await until(() => node.log.texts().some((text) => text.includes("is not in `RUNNING` status")));
    assertEquals(node.log.texts("error"), []);

    const other = await federation.runningApp();
    node.launcher.part = ({ token }) => node.app(token, clock).work("of the next run");
    const [id] = await other.send(other.instruction(node.nodeId));
    assertEquals(textIn(await answer(other, id)), "of the next run");
  });
});

Deno.test("a heartbeat that wishes to be held is answered after that time", async () => {
  await world(async ({ federation, node, app }) => {
    const { clock } = federation;
    const answered = Promise.withResolvers<number>();
    node.launcher.part = async ({ token }) => {
      const process = node.app(token, clock);
      await process.begin();
      const since = clock.now();
      const metadata = wishHold(20_000);
      const { success } = await process.client.call(clientAppIo.SendTaskHeartbeat, {}, { metadata });
      answered.resolve(success ? clock.now() - since : -1);
      await process.reply(replyTo(await process.receive(), { clock }));
      await process.finish();
      return { kind: "ready" };
    };
    await app.send(app.instruction(node.nodeId));
    await until(() => node.launcher.orders.length === 1);
    await settled();
    await clock.advance(20_000);
    assertEquals(await answered.promise, 20_000);
  });
});

Deno.test("a node finds its SuperLink again by itself", async () => {
  await world(async ({ federation, line, node, app }) => {
    line.failWith = new RpcError("UNAVAILABLE", "connection refused");
    await federation.clock.advance(30_000);
    await app.heartbeat();
    await until(() => node.log.texts("warn").some((text) => text.startsWith("Connection attempt failed")));
    const found = () =>
      node.log.texts("info").filter((text) => text.startsWith("Connection successful after")).length;
    // What the SuperLink held all the while is answered also.
    const before = found();
    line.failWith = undefined;
    // Not longer than it takes: a node that is not heard of for a minute is counted as gone.
    for (let s = 0; s < 20 && found() === before; s++) await federation.clock.advance(1_000);
    assert(found() > before);
    const [id] = await app.send(app.instruction(node.nodeId));
    assertEquals(textIn(await answer(app, id)), "done");
  });
});

Deno.test("heartbeats keep a waiting node online", async () => {
  await world(async ({ federation, node, app }) => {
    for (let s = 0; s < 300; s += 20) {
      await app.heartbeat();
      await federation.clock.advance(20_000);
    }
    const { nodes_info } = await federation.cli.call(control.ListNodes, {});
    assertEquals(nodes_info.map((info) => [info.node_id, info.status]), [[String(node.nodeId), "online"]]);
  });
});

Deno.test("a node that stops says good-bye", async () => {
  await world(async ({ federation, line, node }) => {
    await node.stop();
    assertEquals(line.calls.slice(-2), ["DeactivateNode", "UnregisterNode"]);
    const { nodes_info } = await federation.cli.call(control.ListNodes, {});
    assertEquals(nodes_info.map((info) => info.status), ["unregistered"]);
  });
});

Deno.test("a node that the SuperLink does not know any more ends and says so", async () => {
  await world(async ({ federation, node }) => {
    await federation.cli.call(control.UnregisterNode, { node_id: node.nodeId });
    await federation.clock.advance(30_000);
    await node.over;
    assertEquals(node.log.texts("error"), [
      "The SuperLink does not know this SuperNode any more: Invalid node ID",
    ]);
  });
});

Deno.test("a node whose key nobody registered is told what to do", async () => {
  const { superlink, clock } = await TestFederation.start({ supernodeAuth: true });
  const fleet = new MemoryTransport(superlink.fleet, { clock });
  const stranger = await TestSuperNode.start({ fleet, clock });
  await assertRejects(() => stranger.over, Error, "--auth-supernode-private-key");
  const unregistered = await TestSuperNode.start({ fleet, clock, key: await ephemeralNodeKey() });
  await assertRejects(() => unregistered.over, Error, "flwr supernode register");
});

Deno.test("a node that comes back before its last life is over waits to be let in", async () => {
  const federation = await TestFederation.start();
  const { clock, superlink } = federation;
  const key = await ephemeralNodeKey();
  await federation.cli.call(control.RegisterNode, { public_key: key.publicKey });
  const line = () => new Line(new MemoryTransport(superlink.fleet, { clock }));
  const first = line();
  const before = await TestSuperNode.start({ fleet: first, clock, key });
  await until(() => before.nodeId !== 0n);
  // It dies without a good-bye.
  first.failWith = new RpcError("INTERNAL", "gone");
  await before.stop();
  const after = await TestSuperNode.start({ fleet: line(), clock, key });
  await until(() => after.log.texts("warn").some((text) => text.includes("ended without a good-bye")));
  await clock.advance(25_000);
  assertEquals(after.nodeId, 0n);
  for (let s = 0; s < 10 && after.nodeId === 0n; s++) await clock.advance(1_000);
  await until(() => after.nodeId !== 0n);
  assertEquals(after.nodeId, before.nodeId);
  await after.stop();
});

Deno.test("a node that is killed amid its work gets the message again when it is back", async () => {
  const key = await ephemeralNodeKey();
  await killedAmidWork(key, async ({ federation, line, node, app }, id) => {
    const fleet = new Line(new MemoryTransport(federation.superlink.fleet, { clock: federation.clock }));
    const back = await TestSuperNode.start({ fleet, clock: federation.clock, key });
    const reply = await answer(app, id);
    assertEquals([reply.hasContent(), back.nodeId], [true, node.nodeId]);
    assertEquals([...line.calls, ...fleet.calls].includes("ConfirmMessageReceived"), false);
    await back.stop();
  });
});

/** A node that dies without a good-bye while its ClientApp works. */
async function killedAmidWork(
  key: NodeKey,
  then: (world: World, id: string) => Promise<void>,
): Promise<void> {
  const federation = await TestFederation.start();
  const { clock } = federation;
  await federation.cli.call(control.RegisterNode, { public_key: key.publicKey });
  const line = new Line(new MemoryTransport(federation.superlink.fleet, { clock }));
  const node = await TestSuperNode.start({ fleet: line, clock, key });
  const begun = Promise.withResolvers<void>();
  node.launcher.part = async ({ token }) => {
    const app = node.app(token, clock);
    await app.begin();
    await app.receive();
    begun.resolve();
    return await new Promise<never>(() => {});
  };
  await until(() => node.nodeId !== 0n);
  const app = await federation.runningApp();
  const [id] = await app.send(app.instruction(node.nodeId));
  await begun.promise;
  line.failWith = new RpcError("INTERNAL", "gone");
  line.close();
  await node.stop();
  await then({ federation, line, node, app }, id);
}

Deno.test("a node without room says so to the ServerApp", async () => {
  const files: ContentFiles = {
    ...memoryContentFiles(),
    write: () => Promise.reject(new StorageFullError("the disk is full")),
  };
  await world(async ({ node, app }) => {
    const [id] = await app.send(app.instruction(node.nodeId));
    const { error } = await answer(app, id);
    assertEquals(error.code, 0);
    assertMatch(error.reason, /^The SuperNode could not receive the message: the disk is full/);
  }, { files });
});

/** Counts how many large contents are being written or read at a time; of small ones there may be more. */
function counting(): ContentFiles & { most: number } {
  const inner = memoryContentFiles();
  const large = new Set<string>();
  let now = 0;
  const counted = {
    ...inner,
    most: 0,
    write: (id: string, content: Uint8Array) => {
      if (content.length < 2 ** 20) return inner.write(id, content);
      large.add(id);
      return during(() => inner.write(id, content));
    },
    read: (id: string) => large.has(id) ? during(() => inner.read(id)) : inner.read(id),
  };
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    counted.most = Math.max(counted.most, ++now);
    await settled();
    now--;
    return await work();
  };
  return counted;
}

Deno.test("of a large model a node holds a few chunks at a time", async () => {
  const files = counting();
  await world(async ({ node, app, federation }) => {
    const big = () => {
      const arrays = Array.from({ length: 2 }, (_, index) => {
        const data = new Uint8Array(6 * 5_242_880);
        for (let at = 0; at < data.length; at += 4_096) data[at + 3] = (at >> 12) + index;
        const shape = [data.length];
        return [`layer ${index}`, new FlowerArray({ dtype: "uint8", shape, stype: "raw", data })] as const;
      });
      return new RecordDict({
        arrays: new ArrayRecord(new Map(arrays)),
        metrics: new MetricRecord({ n: 1 }),
      });
    };
    node.launcher.part = async ({ token }) => {
      const process = node.app(token, federation.clock);
      await process.begin();
      const message = await process.receive();
      await process.reply(message.reply(big(), { createdAt: federation.clock.now() / 1_000 }));
      await process.finish();
      return { kind: "ready" };
    };
    const instruction = new Message(big(), app.instruction(node.nodeId).metadata);
    const [id] = await app.send(instruction);
    const reply = await answer(app, id);
    assertEquals(reply.content.arrays("arrays").size, 2);
    assert(files.most <= 4, `${files.most} large objects at once`);
  }, { files });
});

Deno.test("the app process is started while the message is still on its way", async () => {
  const gate = Promise.withResolvers<void>();
  const inner = memoryContentFiles();
  const files: ContentFiles = {
    ...inner,
    write: async (id, content) => {
      await gate.promise;
      await inner.write(id, content);
    },
  };
  await world(async ({ node, app }) => {
    const [id] = await app.send(app.instruction(node.nodeId));
    await until(() => node.launcher.orders.length === 1);
    await settled();
    assertEquals(await app.pull([id], { holdMs: 0 }), []);
    gate.resolve();
    assertEquals(textIn(await answer(app, id)), "done");
  }, { files });
});

Deno.test("ClientAppIo refuses what official SuperNodes refuse, in their words", async () => {
  await world(async ({ federation, node, app }) => {
    const seen: string[] = [];
    node.launcher.part = async ({ token }) => {
      const process = node.app(token, federation.clock);
      const { client } = process;
      await process.begin();
      seen.push(await refusal(client.call(clientAppIo.PullTaskInput, {})));
      const message = await process.receive();
      seen.push(await refusal(client.call(clientAppIo.PullMessages, {})));
      seen.push(await refusal(client.call(clientAppIo.PushMessages, {})));
      seen.push(await refusal(client.call(clientAppIo.GetNodes, {})));
      seen.push(await refusal(client.call(clientAppIo.CreateTask, { type: "flwr-model" })));
      seen.push(await refusal(client.call(clientAppIo.PushTaskMessage, { message: {} })));
      await process.reply(replyTo(message, { clock: federation.clock }));
      await process.finish();
      seen.push(await refusal(client.call(clientAppIo.SendTaskHeartbeat, {})));
      return { kind: "ready" };
    };
    const [id] = await app.send(app.instruction(node.nodeId));
    await answer(app, id);
    await until(() => seen.length === 7);
    assertEquals(seen, [
      "FAILED_PRECONDITION: Failed to start task.",
      `NOT_FOUND: No message found for run ${app.runId} in NodeState.`,
      "INVALID_ARGUMENT: ClientAppIo.PushMessages expects exactly one message and one object tree.",
      "UNIMPLEMENTED: GetNodes is not available on ClientAppIo.",
      "FAILED_PRECONDITION: Task type 'flwr-model' requires model_ref.",
      "FAILED_PRECONDITION: `Message.metadata.src_task_id` does not match the authenticated task.",
      "UNAUTHENTICATED: Authentication failed.",
    ]);
  });
});

Deno.test("every method of ClientAppIo is answered", async () => {
  await world(({ node }) => {
    const answered = new Set(node.supernode.clientAppIo.methods.map((method) => method.name));
    assertEquals(Object.keys(clientAppIo).filter((name) => !answered.has(name)), []);
    assert(Object.keys(fleet).length > 0);
    return Promise.resolve();
  });
});
