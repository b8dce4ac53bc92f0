/** What a SuperLink does for SuperExecs and app processes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { superexecSigner } from "../../core/auth/superexec_signer.ts";
import { ErrorCode } from "../../core/model/message.ts";
import { Metadata } from "../../core/rpc/metadata.ts";
import { type AnyWireMethod, control, fleet, serverAppIo } from "../../core/wire/methods.ts";
import {
  type Pulled,
  refusal,
  replyTo,
  TestFederation,
  type TestNode,
  type TestServerApp,
} from "../fakes/federation.ts";
import { FakeRandom } from "../fakes/random.ts";
import { behaviour } from "./book.ts";

const DENIED = "UNAUTHENTICATED: Authentication failed.";
const NOTHING = "0".repeat(64);
const SECRET = new TextEncoder().encode("secret");
const codesIn = (pulled: Pulled[]) => pulled.map(({ proto }) => proto.error && Number(proto.error.code));

async function running(): Promise<{ world: TestFederation; app: TestServerApp; node: TestNode }> {
  const world = await TestFederation.start();
  return { world, node: await world.node(), app: await world.runningApp() };
}

/** The next message of a node, answered. */
async function work(world: TestFederation, node: TestNode): Promise<void> {
  await node.reply(replyTo(await node.receive((await node.pull())!), { clock: world.clock }));
}

/** Nobody calls the method without a token that is worth something, and exactly one of it. */
async function needsToken(method: AnyWireMethod): Promise<void> {
  const { world, app } = await running();
  const call = (...tokens: string[]) => {
    const metadata = new Metadata(tokens.map((token) => ["flwr-task-token", token] as const));
    return refusal(world.client(world.superlink.serverAppIo).call(method, {}, { metadata }));
  };
  for (const tokens of [[], ["ab".repeat(128)], [app.token, app.token]]) {
    assertEquals(await call(...tokens), DENIED);
  }
  await world.cli.call(control.StopRun, { run_id: app.runId });
  assertEquals(await call(app.token), DENIED);
}

/** Where there is a secret nobody calls the method who does not know it, or says what was said before. */
async function needsSecret(method: AnyWireMethod): Promise<void> {
  const world = await TestFederation.start({ superexecSecret: SECRET });
  await world.startRun();
  const call = (...secrets: Uint8Array[]) => {
    const credentials = secrets.map((secret) =>
      superexecSigner(secret, { clock: world.clock, random: new FakeRandom() })
    );
    return world.client(world.superlink.serverAppIo, { credentials }).call(method, {});
  };
  await call(SECRET);
  assertEquals(await refusal(call()), DENIED);
  assertEquals(await refusal(call(new TextEncoder().encode("other"))), DENIED);
  // The same bytes by chance make the same nonce.
  assertEquals(await refusal(call(SECRET)), DENIED);
}

for (const [name, method] of Object.entries(serverAppIo) as [string, AnyWireMethod][]) {
  if (["PullPendingTasks", "ClaimTask", "GetRun"].includes(name)) {
    behaviour(method, "a SuperExec must know the secret where there is one", () => needsSecret(method));
  } else behaviour(method, "a token that is worth something must be shown", () => needsToken(method));
}

behaviour(
  serverAppIo.PullPendingTasks,
  "pending tasks are told oldest first, as soon as there is one",
  async () => {
    const world = await TestFederation.start();
    const held = world.superexec.call(serverAppIo.PullPendingTasks, {});
    await world.held(1);
    const first = await world.startRun();
    const [task] = (await held).tasks;
    assertEquals([BigInt(task.run_id), task.type], [first, "flwr-serverapp"]);
    await world.clock.advance(1);
    const second = await world.startRun();
    const { tasks } = await world.superexec.call(serverAppIo.PullPendingTasks, {});
    assertEquals(tasks.map(({ run_id, status }) => [BigInt(run_id), status!.status]), [
      [first, "pending"],
      [second, "pending"],
    ]);
  },
);

behaviour(serverAppIo.PullPendingTasks, "a peer of another release is told so, with code 1001", async () => {
  const world = await TestFederation.start();
  await world.startRun();
  const release = (version: string) => [
    ["flwr-package-name", "flwr"] as const,
    ["flwr-package-version", version] as const,
    ["flwr-component-name", "SuperExec"] as const,
  ];
  const pull = (headers: (readonly [string, string])[]) =>
    world.superexec.call(serverAppIo.PullPendingTasks, {}, { metadata: new Metadata(headers) });
  await pull([]);
  await pull(release("1.32.9"));
  const details = (await refusal(pull(release("1.33.0")))).replace("FAILED_PRECONDITION: ", "");
  assertEquals(JSON.parse(details), {
    code: 1001,
    public_message: "Runtime version compatibility check failed.",
    public_details:
      "SuperLink version 1.32.1 detected a runtime version mismatch: expected a peer from the same " +
      "major.minor release, but received SuperExec version 1.33.0.",
  });
  for (const [index, [name, value]] of release("1.32.1").entries()) {
    const rest = release("1.32.1").toSpliced(index, 1);
    assertStringIncludes(await refusal(pull(rest)), `Metadata key '${name}' is missing.`);
    assertStringIncludes(
      await refusal(pull([...rest, [name, ""]])),
      `Metadata key '${name}' has an empty value.`,
    );
    const twice = pull([...release("1.32.1"), [name, value]]);
    assertStringIncludes(await refusal(twice), `Metadata key '${name}' has duplicate values.`);
  }
});

behaviour(serverAppIo.ClaimTask, "the first who asks gets a token, everybody else none", async () => {
  const world = await TestFederation.start();
  const runId = await world.startRun();
  const { tasks: [task] } = await world.superexec.call(serverAppIo.PullPendingTasks, {});
  const claim = (task_id: string) => world.superexec.call(serverAppIo.ClaimTask, { task_id });
  const [first, second] = await Promise.all([claim(task.task_id), claim(task.task_id)]);
  assertEquals([first.token?.length, second.token], [256, undefined]);
  assertEquals((await claim("77")).token, undefined);
  assertEquals(await world.status(runId), "starting");
});

behaviour(
  serverAppIo.ClaimTask,
  "a task whose process never asks for its input can be claimed again after 30 s",
  async () => {
    const world = await TestFederation.start();
    const runId = await world.startRun();
    const lost = await world.claimedApp();
    await world.clock.advance(30_000);
    assertEquals(await world.status(runId), "pending");
    assertEquals(await refusal(lost.client.call(serverAppIo.PullTaskInput, {})), DENIED);
    assertEquals((await world.serverApp()).runId, runId);
  },
);

behaviour(serverAppIo.GetRun, "a known run is told, an unknown one is no error", async () => {
  const world = await TestFederation.start();
  const runId = await world.startRun();
  const known = await world.superexec.call(serverAppIo.GetRun, { run_id: runId });
  assertEquals([BigInt(known.run!.run_id), known.run!.status!.status], [runId, "pending"]);
  assertEquals((await world.superexec.call(serverAppIo.GetRun, { run_id: 77n })).run, null);
});

behaviour(
  serverAppIo.SendTaskHeartbeat,
  "a running task lives for 60 s after each, and not longer",
  async () => {
    const { world, app } = await running();
    await world.clock.advance(59_999);
    assertEquals(await app.heartbeat(), true);
    await world.clock.advance(59_999);
    assertEquals(await world.status(app.runId), "running");
    await world.clock.advance(1);
    assertEquals(await world.status(app.runId), "finished:failed:No heartbeat received from the task");
    assertEquals(await refusal(app.heartbeat()), DENIED);
  },
);

behaviour(serverAppIo.SendTaskHeartbeat, "a claimed task that has not begun is kept by it, too", async () => {
  const world = await TestFederation.start();
  await world.startRun();
  const app = await world.claimedApp();
  await world.clock.advance(29_000);
  await app.heartbeat();
  await world.clock.advance(29_000);
  assertEquals(await world.status(app.runId), "starting");
});

behaviour(serverAppIo.PullTaskInput, "a task begins with its context, run and app, once", async () => {
  const world = await TestFederation.start();
  const runId = await world.startRun();
  const app = await world.claimedApp();
  const pull = () => app.client.call(serverAppIo.PullTaskInput, {});
  const { context, run, fab, federation_config, task_id } = await pull();
  assertEquals([context!.node_id, BigInt(context!.run_id), context!.series_id], ["1", runId, run!.series_id]);
  assertEquals([fab!.hash_str, BigInt(task_id), federation_config], [run!.fab_hash, app.taskId, null]);
  assertEquals(await world.status(runId), "running");
  assertEquals(
    await refusal(pull()),
    `FAILED_PRECONDITION: Failed to start task ${app.taskId} of run ${runId}`,
  );
});

behaviour(serverAppIo.PushTaskOutput, "a run ends as its task says", async () => {
  for (const ending of ["completed", "failed", "stopped"]) {
    const { world, app } = await running();
    await app.finish(ending, "so it is");
    assertEquals(await world.status(app.runId), `finished:${ending}:so it is`);
    assertEquals(await refusal(app.finish()), DENIED);
  }
});

behaviour(
  serverAppIo.PushTaskOutput,
  "words that mean nothing and endings before the beginning are not heard",
  async () => {
    const world = await TestFederation.start();
    const runId = await world.startRun();
    const app = await world.claimedApp();
    for (const ending of ["completed", "happy", ""]) await app.finish(ending);
    assertEquals(await world.status(runId), "starting");
  },
);

behaviour(serverAppIo.PushTaskOutput, "other tasks of the run end with its primary task", async () => {
  const { world, app } = await running();
  await app.client.call(serverAppIo.CreateTask, { type: "flwr-model", model_ref: "m" });
  const model = await world.serverApp();
  await app.finish();
  assertEquals(await refusal(model.heartbeat()), DENIED);
});

behaviour(serverAppIo.CreateTask, "a task asks for what has what it needs", async () => {
  const { world, app } = await running();
  const ask = (fields: Parameters<typeof serverAppIo.CreateTask.encodeRequest>[0]) =>
    app.client.call(serverAppIo.CreateTask, fields);
  const start = "FAILED_PRECONDITION: ";
  assertEquals(await refusal(ask({ type: "flwr-x" })), `${start}Invalid task type: flwr-x`);
  for (
    const [type, field] of [
      ["flwr-serverapp", "fab_hash"],
      ["flwr-clientapp", "fab_hash"],
      ["flwr-agentapp", "fab_hash"],
      ["flwr-model", "model_ref"],
      ["flwr-connector", "connector_ref"],
    ]
  ) {
    assertEquals(await refusal(ask({ type })), `${start}Task type '${type}' requires ${field}.`);
    assert(BigInt((await ask({ type, [field]: "x" })).task_id!) > 0n);
  }
  assertEquals((await world.superexec.call(serverAppIo.PullPendingTasks, {})).tasks.length, 5);
});

behaviour(serverAppIo.CreateTask, "a model may not ask for others", async () => {
  const { world, app } = await running();
  await app.client.call(serverAppIo.CreateTask, { type: "flwr-model", model_ref: "m" });
  const model = await world.serverApp();
  assertEquals(
    await refusal(model.client.call(serverAppIo.CreateTask, { type: "flwr-model", model_ref: "m" })),
    "PERMISSION_DENIED: Task type 'flwr-model' is not allowed to create tasks.",
  );
});

const GRID: AnyWireMethod[] = [
  serverAppIo.GetNodes,
  serverAppIo.PushMessages,
  serverAppIo.PullMessages,
  serverAppIo.PushObject,
  serverAppIo.PullObject,
  serverAppIo.ConfirmMessageReceived,
];
for (const method of GRID) {
  behaviour(method, "only a ServerApp has a grid", async () => {
    const { world, app } = await running();
    await app.client.call(serverAppIo.CreateTask, { type: "flwr-model", model_ref: "m" });
    const model = await world.serverApp();
    assertEquals(
      await refusal(model.client.call(method, {})),
      "PERMISSION_DENIED: Some ServerAppIo API endpoints are only available for Deployment Runtime runs.",
    );
  });
}

behaviour(serverAppIo.GetNodes, "every node that is online is told, and no other", async () => {
  const { world, app, node } = await running();
  const [offline, gone] = [await world.node(), await world.node()];
  await offline.client.call(fleet.DeactivateNode, { node_id: offline.nodeId });
  await gone.client.call(fleet.UnregisterNode, { node_id: gone.nodeId });
  const { nodes } = await app.client.call(serverAppIo.GetNodes, {});
  assertEquals(nodes.map(({ node_id }) => BigInt(node_id)), [node.nodeId]);
});

behaviour(
  serverAppIo.PushMessages,
  "what is stored gets its id, what is refused an empty one, a repeat the same again",
  async () => {
    const { world, app, node } = await running();
    const offline = await world.node();
    await offline.client.call(fleet.DeactivateNode, { node_id: offline.nodeId });
    const good = app.instruction(node.nodeId);
    const messages = [good, app.instruction(77n), app.instruction(offline.nodeId)];
    const { deflated, ids, objectsToPush } = await app.announce(messages);
    assertEquals(ids, [deflated[0].messageId, "", deflated[2].messageId]);
    assertEquals(new Set(objectsToPush), new Set([...deflated[0].ids, ...deflated[2].ids]));
    assertEquals((await app.announce([good])).ids, [ids[0]]);
    await app.upload(app.runId, deflated[0], objectsToPush);
    assertEquals((await app.announce([good])).objectsToPush, []);
  },
);

behaviour(
  serverAppIo.PushMessages,
  "with what is no message of this run, nothing of the push is stored",
  async () => {
    const { world, app, node } = await running();
    const malformed = "UNKNOWN: Exception calling application: Malformed PushMessages: ";
    const other = await world.runningApp();
    const good = app.instruction(node.nodeId);
    for (
      const [messages, reason] of [
        [[], "`messages_list` must not be empty"],
        [[good, app.instruction(node.nodeId, { ttl: -1 })], "`metadata.ttl` must be higher than zero"],
        [[good, app.instruction(0n)], "`metadata.dst_node_id`"],
        [[good, app.instruction(1n)], "`metadata.dst_node_id`"],
        [[good, other.instruction(node.nodeId)], "`Message.metadata` has mismatched `run_id`"],
      ] as const
    ) assertStringIncludes(await refusal(app.announce(messages)), malformed + reason);
    assertEquals(await node.pull(0), undefined);
  },
);

behaviour(serverAppIo.PushMessages, "an instruction is read by its node as it was written", async () => {
  const { app, node } = await running();
  const sent = app.instruction(node.nodeId, { text: "word for word" });
  await app.send(sent);
  const read = await node.receive((await node.pull())!);
  assertEquals(read.content.config("config").get("text"), "word for word");
});

behaviour(serverAppIo.PullMessages, "a reply is given once, and code 3 for what nobody knows", async () => {
  const { world, app, node } = await running();
  const [id] = await app.send(app.instruction(node.nodeId));
  await work(world, node);
  const pulled = await app.pull([id]);
  assertEquals(codesIn(pulled), [null]);
  assertEquals(codesIn(await app.pull([id, "", NOTHING])), Array(3).fill(ErrorCode.MESSAGE_UNAVAILABLE));
  await app.receive(pulled[0]);
});

behaviour(
  serverAppIo.PullMessages,
  "codes 3, 4 and 5 say why there will be no reply, and one that is there survives",
  async () => {
    const { world, app, node } = await running();
    const gone = await world.node();
    const [replied, waits, brief, late] = await app.send(
      app.instruction(gone.nodeId),
      app.instruction(gone.nodeId, { text: "waits" }),
      app.instruction(node.nodeId, { ttl: 2 }),
      app.instruction(node.nodeId, { text: "late" }),
    );
    await work(world, gone);
    await node.receive((await node.pull())!);
    const message = await node.receive((await node.pull())!);
    await node.reply(message.reply(message.content, { ttl: 1, createdAt: world.clock.now() / 1_000 }));
    await gone.client.call(fleet.DeactivateNode, { node_id: gone.nodeId });
    await world.clock.advance(2_000);
    assertEquals(codesIn(await app.pull([replied, waits, brief, late])), [
      null,
      ErrorCode.NODE_UNAVAILABLE,
      ErrorCode.MESSAGE_UNAVAILABLE,
      ErrorCode.REPLY_MESSAGE_UNAVAILABLE,
    ]);
  },
);

behaviour(serverAppIo.PullMessages, "a held pull hears of a stop at once", async () => {
  const { world, app, node } = await running();
  const [id] = await app.send(app.instruction(node.nodeId));
  const held = app.pull([id]);
  await world.held(1);
  await world.cli.call(control.StopRun, { run_id: app.runId });
  assertEquals(await refusal(held), DENIED);
});

behaviour(
  serverAppIo.PushObject,
  "what was announced is stored, again too; other bytes are not",
  async () => {
    const { app, node } = await running();
    const { deflated: [deflated] } = await app.announce([app.instruction(node.nodeId)]);
    const id = deflated.messageId;
    assertEquals(await app.pushObject(app.runId, id, new Uint8Array([1])), false);
    assertEquals(await app.pushObject(app.runId, NOTHING, new Uint8Array([1])), false);
    for (let times = 0; times < 2; times++) {
      assertEquals(await app.pushObject(app.runId, id, deflated.contentOf(id)), true);
    }
  },
);

for (const method of [serverAppIo.PushObject, serverAppIo.PullObject] as AnyWireMethod[]) {
  behaviour(method, "a ServerApp is node 1", async () => {
    const { app, node } = await running();
    const request = { node: { node_id: node.nodeId }, run_id: app.runId, object_id: NOTHING };
    assertEquals(await refusal(app.client.call(method, request)), "FAILED_PRECONDITION: Unexpected node ID.");
  });
}

behaviour(
  serverAppIo.PullObject,
  "the objects of a reply are read until it is confirmed, and in no other run",
  async () => {
    const { world, app, node } = await running();
    const other = await world.runningApp();
    const [id] = await app.send(app.instruction(node.nodeId));
    await work(world, node);
    const [{ tree }] = await app.pull([id]);
    assert(await app.pullObject(app.runId, tree.object_id) instanceof Uint8Array);
    assertEquals(await other.pullObject(app.runId, tree.object_id), "unknown");
    await app.confirm(app.runId, tree.object_id);
    assertEquals(await app.pullObject(app.runId, tree.object_id), "unknown");
  },
);

behaviour(serverAppIo.ConfirmMessageReceived, "a message that nobody knows may be confirmed", async () => {
  const { app } = await running();
  await app.confirm(app.runId, NOTHING);
});

behaviour(serverAppIo.PushLogs, "lines reach whoever follows the run, the last ones too", async () => {
  const { world, app } = await running();
  const following = Array.fromAsync(world.cli.stream(control.StreamLogs, { run_id: app.runId }));
  await world.held(1);
  await app.client.call(serverAppIo.PushLogs, { logs: ["a line\n", "another\n"] });
  await world.held(1);
  await app.client.call(serverAppIo.PushLogs, { logs: ["the last\n"] });
  await app.finish();
  const said = (await following).map(({ log_output }) => log_output).join("");
  assertEquals(said, "a line\nanother\nthe last\n");
});

behaviour(
  serverAppIo.PushTaskEvents,
  "events are numbered here, and all of a push or none are kept",
  async () => {
    const { world, app } = await running();
    const push = (...data: string[]) =>
      app.client.call(serverAppIo.PushTaskEvents, {
        events: data.map((data) => ({ id: 9n, run_id: 9n, task_id: 9n, timestamp: "x", event: "e", data })),
      });
    await push('{"a": 1}', "{}");
    for (const bad of ["", "[]", "1", "null", "no json"]) await push("{}", bad);
    await push("{}");
    await app.finish();
    const events = await Array.fromAsync(world.cli.stream(control.StreamRunEvents, { run_id: app.runId }));
    const told = events.map(({ task_event: event }) => [event!.id, event!.data, BigInt(event!.run_id)]);
    assertEquals(told, [["1", '{"a": 1}', app.runId], ["2", "{}", app.runId], ["3", "{}", app.runId]]);
  },
);

/** A ServerApp, and a model of its run that it speaks to. */
async function twoTasks() {
  const { world, app } = await running();
  await app.client.call(serverAppIo.CreateTask, { type: "flwr-model", model_ref: "m" });
  const model = await world.serverApp();
  const metadata = {
    ...{ run_id: app.runId, message_id: "m1", src_node_id: 1n, dst_node_id: 1n, message_type: "query" },
    ...{ src_task_id: app.taskId, dst_task_id: model.taskId, ttl: 60, created_at: world.clock.now() / 1_000 },
  };
  const push = (changes: Partial<typeof metadata> = {}) =>
    app.client.call(serverAppIo.PushTaskMessage, {
      message: { metadata: { ...metadata, ...changes }, content: { items: [] } },
    });
  const pull = async (limit?: bigint) => {
    const { messages } = await model.client.call(serverAppIo.PullTaskMessage, { limit });
    return messages.map(({ metadata }) => metadata!.message_id);
  };
  return { world, app, model, push, pull };
}

behaviour(
  serverAppIo.PushTaskMessage,
  "a task says something to a living task of its run, in its own name",
  async () => {
    const { model, push, pull } = await twoTasks();
    assertEquals((await push()).message_id, "m1");
    const lost = "FAILED_PRECONDITION: Task message could not be stored.";
    for (
      const changes of [
        {},
        { dst_task_id: 77n, message_id: "m2" },
        { run_id: 77n, message_id: "m2" },
        { src_node_id: 77n, message_id: "m2" },
        { dst_node_id: 77n, message_id: "m2" },
        { message_id: "" },
        { message_id: "m2", created_at: 1_700_000_000, ttl: 1 },
      ]
    ) assertEquals([changes, await refusal(push(changes))], [changes, lost]);
    assertEquals(
      await refusal(push({ src_task_id: model.taskId })),
      "FAILED_PRECONDITION: `Message.metadata.src_task_id` does not match the authenticated task.",
    );
    assertEquals(await pull(), ["m1"]);
    await model.finish();
    assertEquals(await refusal(push({ message_id: "m3" })), lost);
  },
);

behaviour(
  serverAppIo.PullTaskMessage,
  "what was said is heard once, oldest first, as much as is asked for",
  async () => {
    const { world, push, pull } = await twoTasks();
    await push({ message_id: "second", created_at: world.clock.now() / 1_000 + 1 });
    await push({ message_id: "first" });
    assertEquals([await pull(0n), await pull(1n), await pull(), await pull()], [
      [],
      ["first"],
      ["second"],
      [],
    ]);
  },
);
