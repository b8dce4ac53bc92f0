/** What a SuperNode does for SuperExecs and ClientApps. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AppEnd } from "../../core/io/ports.ts";
import { ErrorCode } from "../../core/model/message.ts";
import type { Message } from "../../core/model/app_message.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { MemoryTransport } from "../../core/rpc/memory_transport.ts";
import { Metadata } from "../../core/rpc/metadata.ts";
import { deflateMessage } from "../../core/wire/deflate.ts";
import { treeToProto } from "../../core/wire/message.ts";
import { type AnyWireMethod, clientAppIo, control } from "../../core/wire/methods.ts";
import { protoOf, refusal, replyTo, TestFederation, type TestServerApp, until } from "../fakes/federation.ts";
import { type TestClientApp, TestSuperNode } from "../fakes/supernode.ts";
import { behaviour } from "./book.ts";

const DENIED = "UNAUTHENTICATED: Authentication failed.";
const NOTHING = "0".repeat(64);

/** A SuperNode in its federation. Its SuperExec claims each task, and the test plays the ClientApp. */
interface World {
  readonly federation: TestFederation;
  readonly node: TestSuperNode;
  /** The ServerApp that gives the node its messages. */
  readonly server: TestServerApp;
  /** Sends a message to the node; gives the ClientApp that is to answer it, not begun. */
  clientApp(text?: string): Promise<TestClientApp & { readonly messageId: string }>;
  /** Somebody who knows no secret, and none is needed. */
  readonly anybody: RpcClient;
}

async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const federation = await TestFederation.start();
  const { clock } = federation;
  const fleet = new MemoryTransport(federation.superlink.fleet, { clock });
  const node = await TestSuperNode.start({ fleet, clock, nodeConfig: new Map([["partition-id", 3n]]) });
  await until(() => node.nodeId !== 0n);
  const server = await federation.runningApp();
  const tokens: string[] = [];
  node.launcher.part = ({ token }, signal) => {
    tokens.push(token);
    return new Promise<AppEnd>((resolve) =>
      signal.addEventListener("abort", () => resolve({ kind: "ready" }))
    );
  };
  const clientApp = async (text = "hello") => {
    const before = tokens.length;
    const [messageId] = await server.send(server.instruction(node.nodeId, { text }));
    await until(() => tokens.length > before);
    return Object.assign(node.app(tokens.at(-1)!, clock), { messageId });
  };
  try {
    await test({ federation, node, server, clientApp, anybody: new RpcClient(node.appIo) });
  } finally {
    await node.stop();
  }
}

/** The reply as the ServerApp gets it. */
async function answer(server: TestServerApp, id: string): Promise<Message> {
  const [pulled] = await server.pull([id], { holdMs: 25_000 });
  return await server.receive(pulled);
}

async function needsToken(method: AnyWireMethod): Promise<void> {
  await inWorld(async ({ clientApp, anybody, node, federation }) => {
    const app = await clientApp();
    await app.begin();
    const call = (...tokens: string[]) =>
      refusal(anybody.call(method, {}, {
        metadata: new Metadata(tokens.map((token) => ["flwr-task-token", token] as const)),
      }));
    for (const tokens of [[], ["ab".repeat(128)], [app.token, app.token]]) {
      assertEquals(await call(...tokens), DENIED);
    }
    await app.reply(replyTo(await app.receive(), { clock: federation.clock }));
    await app.finish();
    assertEquals(await call(app.token), DENIED);
    assert(node.nodeId > 1n);
  });
}

async function needsRelease(method: AnyWireMethod): Promise<void> {
  await inWorld(async ({ anybody }) => {
    const release = (version: string) =>
      new Metadata([
        ["flwr-package-name", "flwr"],
        ["flwr-package-version", version],
        ["flwr-component-name", "SuperExec"],
        ["corolla-hold-ms", "0"],
      ]);
    await anybody.call(method, {}, { metadata: release("1.32.0") });
    const other = anybody.call(method, {}, { metadata: release("1.31.0") });
    assertStringIncludes(await refusal(other), '"public_details": "SuperNode version 1.32.1 detected');
  });
}

for (const [name, method] of Object.entries(clientAppIo) as [string, AnyWireMethod][]) {
  if (["PullPendingTasks", "ClaimTask", "GetRun"].includes(name)) {
    behaviour(method, "a SuperExec of another release is refused", () => needsRelease(method));
  } else behaviour(method, "a token that is worth something must be shown", () => needsToken(method));
}

behaviour(
  clientAppIo.PullPendingTasks,
  "each message becomes a task, told as soon as it is there",
  async () => {
    await inWorld(async ({ node, clientApp }) => {
      await clientApp();
      assertEquals(node.launcher.orders.map(({ plugin }) => plugin), ["clientapp"]);
    });
  },
);

behaviour(
  clientAppIo.ClaimTask,
  "who comes second, or asks for what there is not, gets no token",
  async () => {
    await inWorld(async ({ node, clientApp, anybody }) => {
      await clientApp();
      const claim = (task_id: bigint) => anybody.call(clientAppIo.ClaimTask, { task_id });
      assertEquals((await claim(node.launcher.orders[0].taskId)).token, undefined);
      assertEquals((await claim(77n)).token, undefined);
    });
  },
);

behaviour(clientAppIo.GetRun, "a run that the node works for is told, another is no error", async () => {
  await inWorld(async ({ server, clientApp, anybody }) => {
    await clientApp();
    const get = async (run_id: bigint) => (await anybody.call(clientAppIo.GetRun, { run_id })).run;
    assertEquals([(await get(server.runId))?.fab_id, await get(77n)], ["corolla/quickstart", null]);
  });
});

behaviour(
  clientAppIo.SendTaskHeartbeat,
  "a ClientApp lives for 60 s after each, then code 8 is said for it",
  async () => {
    await inWorld(async ({ federation, server, clientApp }) => {
      const app = await clientApp();
      await app.begin();
      await app.receive();
      for (let beat = 0; beat < 3; beat++) {
        await federation.clock.advance(50_000);
        assertEquals((await app.client.call(clientAppIo.SendTaskHeartbeat, {})).success, true);
        await server.heartbeat();
      }
      await federation.clock.advance(59_000);
      await server.heartbeat();
      await federation.clock.advance(1_000);
      const { error } = await answer(server, app.messageId);
      assertEquals(error, { code: ErrorCode.CLIENT_APP_CRASHED, reason: "ClientApp stopped responding." });
      assertEquals(await refusal(app.client.call(clientAppIo.SendTaskHeartbeat, {})), DENIED);
    });
  },
);

behaviour(clientAppIo.PullTaskInput, "a ClientApp begins with its context, run and app, once", async () => {
  await inWorld(async ({ node, server, clientApp }) => {
    const app = await clientApp();
    const { context, run, fab } = await app.begin();
    assertEquals([BigInt(context!.node_id), BigInt(context!.run_id)], [node.nodeId, server.runId]);
    assertEquals([context!.node_config["partition-id"].sint64, context!.run_config.rounds.sint64], [
      "3",
      "3",
    ]);
    assertEquals([BigInt(run!.run_id), fab!.hash_str], [server.runId, run!.fab_hash]);
    assertEquals(await refusal(app.begin()), "FAILED_PRECONDITION: Failed to start task.");
  });
});

behaviour(
  clientAppIo.PullTaskInput,
  "an input whose answer was lost with its connection is given again",
  async () => {
    await inWorld(async ({ federation, node, clientApp }) => {
      const app = await clientApp();
      const { clock } = federation;
      const lost = new MemoryTransport(node.supernode.clientAppIo, { clock });
      const headers = { metadata: new Metadata([["flwr-task-token", app.token]]) };
      await new RpcClient(lost).call(clientAppIo.PullTaskInput, {}, headers);
      assertEquals(await refusal(app.begin()), "FAILED_PRECONDITION: Failed to start task.");
      lost.close();
      await app.begin();
      await app.receive();
      assertEquals(await refusal(app.begin()), "FAILED_PRECONDITION: Failed to start task.");
    });
  },
);

behaviour(
  clientAppIo.PullTaskInput,
  "a ClientApp that dies before it gets its message is answered for",
  async () => {
    await inWorld(async ({ federation, server, clientApp }) => {
      const app = await clientApp();
      await app.begin();
      await federation.clock.advance(59_000);
      await server.heartbeat();
      await federation.clock.advance(1_000);
      assertEquals((await answer(server, app.messageId)).error.code, ErrorCode.CLIENT_APP_CRASHED);
    });
  },
);

behaviour(clientAppIo.PullMessages, "a ClientApp gets the one message of its task", async () => {
  await inWorld(async ({ server, clientApp }) => {
    const app = await clientApp("for you");
    await app.begin();
    assertEquals((await app.receive()).content.config("config").get("text"), "for you");
    const again = app.client.call(clientAppIo.PullMessages, {});
    assertEquals(await refusal(again), `NOT_FOUND: No message found for run ${server.runId} in NodeState.`);
  });
});

behaviour(clientAppIo.PushMessages, "a reply goes to its ServerApp", async () => {
  await inWorld(async ({ federation, server, clientApp }) => {
    const app = await clientApp();
    await app.begin();
    await app.reply(replyTo(await app.receive(), { text: "well", clock: federation.clock }));
    assertEquals((await answer(server, app.messageId)).content.config("config").get("text"), "well");
  });
});

behaviour(
  clientAppIo.PushMessages,
  "exactly one message with its tree is taken, and it replies to the task's",
  async () => {
    await inWorld(async ({ federation, server, clientApp }) => {
      const app = await clientApp();
      await app.begin();
      const message = await app.receive();
      const reply = replyTo(message, { clock: federation.clock });
      const deflated = deflateMessage(reply);
      const [proto, tree] = [protoOf(reply, deflated), treeToProto(deflated.tree)];
      const push = (messages_list: (typeof proto)[], message_object_trees: (typeof tree)[]) =>
        refusal(app.client.call(clientAppIo.PushMessages, { messages_list, message_object_trees }));
      const one =
        "INVALID_ARGUMENT: ClientAppIo.PushMessages expects exactly one message and one object tree.";
      assertEquals([await push([], []), await push([proto], []), await push([proto, proto], [tree, tree])], [
        one,
        one,
        one,
      ]);
      const foreign = replyTo(server.instruction(message.metadata.dstNodeId), { clock: federation.clock });
      const other = deflateMessage(foreign);
      assertEquals(
        await push([protoOf(foreign, other)], [treeToProto(other.tree)]),
        "INVALID_ARGUMENT: Cannot take the reply: it replies to another message",
      );
    });
  },
);

behaviour(clientAppIo.PushMessages, "a ClientApp whose run was stopped hears of it", async () => {
  await inWorld(async ({ federation, server, clientApp }) => {
    const app = await clientApp();
    await app.begin();
    const reply = replyTo(await app.receive(), { clock: federation.clock });
    await federation.clock.advance(1_000);
    await federation.cli.call(control.StopRun, { run_id: server.runId });
    let heard = false;
    const ask = () => app.client.call(clientAppIo.SendTaskHeartbeat, {}).catch(() => void (heard = true));
    await until(() => {
      ask();
      return heard;
    });
    assertEquals(await refusal(app.reply(reply)), DENIED);
  });
});

/** A ClientApp that has its message, and how it speaks of objects. */
async function withObjects(
  test: (
    how: World & {
      app: TestClientApp;
      message: Message;
      about: { node: { node_id: bigint }; run_id: bigint };
    },
  ) => Promise<void>,
): Promise<void> {
  await inWorld(async (world) => {
    const app = await world.clientApp();
    await app.begin();
    const message = await app.receive();
    const about = { node: { node_id: world.node.nodeId }, run_id: world.server.runId };
    await test({ ...world, app, message, about });
  });
}

behaviour(
  clientAppIo.PushObject,
  "what was announced is stored, again too; other bytes are not",
  () =>
    withObjects(async ({ federation, app, message, about }) => {
      const reply = replyTo(message, { clock: federation.clock });
      await app.reply(reply, 1);
      const { ids, contentOf } = deflateMessage(reply);
      const push = async (object_id: string, object_content: Uint8Array) =>
        (await app.client.call(clientAppIo.PushObject, { ...about, object_id, object_content })).stored;
      assertEquals(await push(ids[0], contentOf(ids[0])), true);
      assertEquals(await push(ids[1], new Uint8Array([1])), false);
      assertEquals(await push(NOTHING, new Uint8Array([1])), false);
    }),
);

behaviour(
  clientAppIo.PullObject,
  "an object that no message has is not found",
  () =>
    withObjects(async ({ app, about }) => {
      const reply = await app.client.call(clientAppIo.PullObject, { ...about, object_id: NOTHING });
      assertEquals([reply.object_found, reply.object_available], [false, false]);
    }),
);

behaviour(
  clientAppIo.ConfirmMessageReceived,
  "a message's objects go when it is confirmed",
  () =>
    withObjects(async ({ app, about, message }) => {
      const object_id = deflateMessage(message).messageId;
      const reply = await app.client.call(clientAppIo.PullObject, { ...about, object_id });
      assertEquals(reply.object_found, false);
      await app.client.call(clientAppIo.ConfirmMessageReceived, { ...about, message_object_id: NOTHING });
    }),
);

behaviour(
  clientAppIo.PushTaskOutput,
  "a ClientApp's state is what the next one of its series finds",
  async () => {
    await inWorld(async ({ federation, server, clientApp }) => {
      const first = await clientApp("first");
      const { context } = await first.begin();
      await first.reply(replyTo(await first.receive(), { clock: federation.clock }));
      const state = { items: [{ key: "kept", metric_record: { items: [{ key: "rounds", sint64: 1n }] } }] };
      const output = { sub_status: "completed", context: { ...context!, state } };
      await first.client.call(clientAppIo.PushTaskOutput, output);
      await answer(server, first.messageId);
      const second = await clientApp("second");
      const { context: found } = await second.begin();
      assertEquals(found!.state!.items.map(({ key }) => key), ["kept"]);
    });
  },
);

behaviour(
  clientAppIo.PushTaskOutput,
  "a word that means nothing is not heard",
  () =>
    withObjects(async ({ app }) => {
      await app.client.call(clientAppIo.PushTaskOutput, { sub_status: "happy" });
      assertEquals((await app.client.call(clientAppIo.SendTaskHeartbeat, {})).success, true);
    }),
);

behaviour(clientAppIo.GetNodes, "a ClientApp has no grid", () =>
  withObjects(async ({ app }) => {
    assertEquals(
      await refusal(app.client.call(clientAppIo.GetNodes, {})),
      "UNIMPLEMENTED: GetNodes is not available on ClientAppIo.",
    );
  }));

behaviour(
  clientAppIo.CreateTask,
  "a ClientApp asks for what has what it needs",
  () =>
    withObjects(async ({ app, anybody }) => {
      const ask = (type: string, model_ref?: string) =>
        app.client.call(clientAppIo.CreateTask, { type, model_ref });
      assertEquals(await refusal(ask("flwr-x")), "FAILED_PRECONDITION: Invalid task type: flwr-x");
      const needs = "FAILED_PRECONDITION: Task type 'flwr-model' requires model_ref.";
      assertEquals(await refusal(ask("flwr-model")), needs);
      const { task_id } = await ask("flwr-model", "m");
      const { tasks } = await anybody.call(clientAppIo.PullPendingTasks, {});
      assertEquals(tasks.map((task) => task.task_id), [task_id!]);
    }),
);

/** A ClientApp that speaks to a model of its run. */
async function withModel(
  test: (how: {
    push(changes?: { src_task_id?: bigint; message_id?: string }): Promise<unknown>;
    pull(): Promise<string[]>;
  }) => Promise<void>,
): Promise<void> {
  await withObjects(async ({ federation, node, server, app, anybody }) => {
    const wish = { type: "flwr-model", model_ref: "m" };
    const { task_id } = await app.client.call(clientAppIo.CreateTask, wish);
    const { token } = await anybody.call(clientAppIo.ClaimTask, { task_id });
    const metadata = {
      ...{ run_id: server.runId, message_id: "m1", src_node_id: 1n, dst_node_id: 1n, message_type: "query" },
      ...{ src_task_id: node.launcher.orders[0].taskId, dst_task_id: BigInt(task_id!) },
      ...{ ttl: 60, created_at: federation.clock.now() / 1_000 },
    };
    const push = (changes = {}) =>
      app.client.call(clientAppIo.PushTaskMessage, {
        message: { metadata: { ...metadata, ...changes }, content: { items: [] } },
      });
    const pull = async () => {
      const options = { metadata: new Metadata([["flwr-task-token", token!]]) };
      const { messages } = await anybody.call(clientAppIo.PullTaskMessage, {}, options);
      return messages.map(({ metadata }) => metadata!.message_id);
    };
    await test({ push, pull });
  });
}

behaviour(
  clientAppIo.PushTaskMessage,
  "a task says something in its own name, once",
  () =>
    withModel(async ({ push }) => {
      await push();
      assertEquals(await refusal(push()), "FAILED_PRECONDITION: Task message could not be stored.");
      assertEquals(
        await refusal(push({ src_task_id: 77n })),
        "FAILED_PRECONDITION: `Message.metadata.src_task_id` does not match the authenticated task.",
      );
    }),
);

behaviour(
  clientAppIo.PullTaskMessage,
  "what was said is heard once",
  () =>
    withModel(async ({ push, pull }) => {
      await push();
      await push({ message_id: "m2" });
      assertEquals([await pull(), await pull()], [["m1", "m2"], []]);
    }),
);

behaviour(
  clientAppIo.PushTaskEvents,
  "events of a ClientApp are taken",
  () =>
    withObjects(async ({ app, node }) => {
      await app.client.call(clientAppIo.PushTaskEvents, { events: [{ event: "e", data: "{}" }] });
      assert(node.log.texts("debug").some((line) => line.endsWith(": e {}")));
    }),
);

behaviour(
  clientAppIo.PushLogs,
  "what a ClientApp says is seen by its operator",
  () =>
    withObjects(async ({ app, node, server }) => {
      await app.client.call(clientAppIo.PushLogs, { logs: ["hello ", "operator\n"] });
      assert(node.log.texts("info").includes(`[RUN ${server.runId}] hello operator`));
    }),
);
