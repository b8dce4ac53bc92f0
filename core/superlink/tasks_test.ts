import { assertEquals, assertMatch } from "@std/assert";
import { refusal, testFab, TestFederation, type TestServerApp } from "../../tests/fakes/federation.ts";
import { superexecSigner } from "../auth/superexec_signer.ts";
import { SUPERLINK_NODE_ID } from "../model/ids.ts";
import { Metadata } from "../rpc/metadata.ts";
import { wishHold } from "../rpc/peer.ts";
import { control, fleet, serverAppIo } from "../wire/methods.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";

const ours = { metadata: new Metadata([["corolla-peer", "1"]]) };

Deno.test("a SuperExec hears of a new task at once, and only one of two gets it", async () => {
  const world = await TestFederation.start();
  const [held, other] = [
    world.superexec.call(serverAppIo.PullPendingTasks, {}),
    world.superexec.call(serverAppIo.PullPendingTasks, {}),
  ];
  await world.held(2);
  const runId = await world.startRun();
  const [{ tasks: [task] }] = await Promise.all([held, other]);
  assertEquals([BigInt(task.run_id), task.type, task.status!.status], [runId, "flwr-serverapp", "pending"]);
  const claim = () => world.superexec.call(serverAppIo.ClaimTask, { task_id: task.task_id });
  const [first, second] = [await claim(), await claim()];
  assertMatch(first.token!, /^[0-9a-f]{256}$/);
  assertEquals(second.token, undefined);
  assertEquals((await world.superexec.call(serverAppIo.ClaimTask, { task_id: 5n })).token, undefined);
  const last = world.superexec.call(serverAppIo.PullPendingTasks, {});
  await world.held(1);
  await world.clock.advance(25_000);
  assertEquals((await last).tasks, []);
});

Deno.test("ours learns with a claim which component to start; others are told nothing that they do not know", async () => {
  const world = await TestFederation.start();
  for (const [options, expected] of [[ours, "server_app:app"], [undefined, undefined]] as const) {
    await world.startRun(testFab({ serverapp: "server_app:app" }));
    const pending = await world.superexec.callWithHeaders(serverAppIo.PullPendingTasks, {}, options);
    assertEquals(pending.headers.text("corolla-peer"), options && "1");
    const [{ task_id }] = pending.response.tasks;
    const { headers } = await world.superexec.callWithHeaders(serverAppIo.ClaimTask, { task_id }, options);
    assertEquals(headers.text("corolla-app-component"), expected);
  }
});

Deno.test("a task's input is given once, with the run, its app and the series' state", async () => {
  const world = await TestFederation.start();
  const fab = testFab();
  const runId = await world.startRun(fab);
  const app = await world.claimedApp();
  const input = await app.client.call(serverAppIo.PullTaskInput, {});
  assertEquals([BigInt(input.run!.run_id), BigInt(input.task_id), input.run!.status!.status], [
    runId,
    app.taskId,
    "starting",
  ]);
  assertEquals([input.fab!.hash_str, new Uint8Array(input.fab!.content)], [fab.hash, fab.content]);
  assertEquals(
    [BigInt(input.context!.node_id), BigInt(input.context!.run_id), input.context!.series_id],
    [SUPERLINK_NODE_ID, runId, input.run!.series_id],
  );
  const again = app.client.call(serverAppIo.PullTaskInput, {});
  assertEquals(
    await refusal(again),
    `FAILED_PRECONDITION: Failed to start task ${app.taskId} of run ${runId}`,
  );
});

Deno.test("an input whose answer was lost with its connection is given again, until the process makes use of it", async () => {
  const world = await TestFederation.start();
  const runId = await world.startRun();
  const first = await world.claimedApp();
  await first.client.call(serverAppIo.PullTaskInput, {});
  const refused = `FAILED_PRECONDITION: Failed to start task ${first.taskId} of run ${runId}`;
  const pull = (app: typeof first) => app.client.call(serverAppIo.PullTaskInput, {});
  assertEquals(await refusal(pull(world.appWith(first))), refused);
  first.client.transport.close();
  const second = world.appWith(first);
  await second.heartbeat();
  assertEquals(BigInt((await pull(second)).task_id), first.taskId);
  await second.client.call(serverAppIo.GetNodes, {});
  second.client.transport.close();
  assertEquals(await refusal(pull(world.appWith(first))), refused);
});

Deno.test("a claimed task whose process never comes waits again after 30 s, and wakes a SuperExec", async () => {
  const world = await TestFederation.start();
  const runId = await world.startRun();
  const app = await world.claimedApp();
  const held = world.superexec.call(serverAppIo.PullPendingTasks, {});
  await world.held(1);
  await world.clock.advance(25_000);
  assertEquals((await held).tasks, []);
  const again = world.superexec.call(serverAppIo.PullPendingTasks, {});
  await world.held(1);
  await world.clock.advance(5_000);
  assertEquals(BigInt((await again).tasks[0].run_id), runId);
  assertEquals(await world.status(runId), "pending");
  assertEquals(
    await refusal(app.client.call(serverAppIo.PullTaskInput, {})),
    "UNAUTHENTICATED: Authentication failed.",
  );
});

Deno.test("a running task lives by its heartbeats; without them its run fails, and followers hear of it", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  for (let i = 0; i < 5; i++) {
    await world.clock.advance(59_000);
    assertEquals(await app.heartbeat(), true);
  }
  const log = Array.fromAsync(world.cli.stream(control.StreamLogs, { run_id: app.runId }));
  await world.clock.advance(60_000);
  assertEquals(await log, []);
  assertEquals(await world.status(app.runId), "finished:failed:No heartbeat received from the task");
  assertEquals(await refusal(app.heartbeat()), "UNAUTHENTICATED: Authentication failed.");
});

Deno.test("an app or a node that wishes to wait for the end of a run hears of it at once", async () => {
  const world = await TestFederation.start();
  const [node, app] = [await world.node(), await world.runningApp()];
  const request = { node: { node_id: node.nodeId }, run_id: app.runId };
  const metadata = wishHold(20_000);
  const since = world.clock.now();
  const waiting = () => [
    app.client.call(serverAppIo.SendTaskHeartbeat, {}, { metadata }),
    node.client.call(fleet.GetRun, request, { metadata }),
  ];
  const inVain = waiting();
  await world.held(2);
  await world.clock.advance(20_000);
  await Promise.all(inVain);
  assertEquals(world.clock.now() - since, 20_000);
  const heard = waiting().map(refusal);
  await world.held(2);
  await world.cli.call(control.StopRun, { run_id: app.runId });
  assertEquals(await Promise.all(heard), [
    "UNAUTHENTICATED: Authentication failed.",
    "PERMISSION_DENIED: Run is finished. Stopped by user.",
  ]);
  assertEquals(world.clock.now() - since, 20_000);
});

const endings: [string, string, string][] = [
  ["completed", "", "finished:completed"],
  ["failed", "ServerApp failed with exception: x", "finished:failed:ServerApp failed with exception: x"],
  ["stopped", "", "finished:stopped"],
];
for (const [subStatus, details, expected] of endings) {
  Deno.test(`a run ends as its ServerApp says: ${subStatus}`, async () => {
    const world = await TestFederation.start();
    const app = await world.runningApp();
    await app.finish(subStatus, details);
    assertEquals(await world.status(app.runId), expected);
    assertEquals(await refusal(app.finish()), "UNAUTHENTICATED: Authentication failed.");
  });
}

Deno.test("an ending that means nothing, or comes too early, is answered and not listened to", async () => {
  const world = await TestFederation.start();
  await world.startRun();
  const app = await world.claimedApp();
  await app.finish("completed");
  assertEquals(await world.status(app.runId), "starting");
  await app.client.call(serverAppIo.PullTaskInput, {});
  await app.finish("done");
  assertEquals(await world.status(app.runId), "running");
  assertEquals(world.log.texts("error").length, 2);
});

Deno.test("a series goes on with the state its last run left, and knows nothing else of it", async () => {
  const world = await TestFederation.start();
  const started = await world.cli.call(control.StartRun, { fab: { content: testFab().content } });
  const first = await world.claimedApp();
  const { context } = await first.client.call(serverAppIo.PullTaskInput, {});
  const state = { items: [{ key: "seen", config_record: { items: [{ key: "n", value: { sint64: 7n } }] } }] };
  const output = {
    sub_status: "completed",
    context: { ...context, state, run_config: { rounds: { sint64: 1n } } },
  };
  await first.client.call(serverAppIo.PushTaskOutput, output);
  await world.cli.call(control.StartRun, {
    fab: { content: testFab().content },
    series_id: started.series_id,
  });
  const second = await world.claimedApp();
  const input = await second.client.call(serverAppIo.PullTaskInput, {});
  assertEquals(input.context!.series_id, started.series_id);
  assertEquals(BigInt(input.context!.run_id), second.runId);
  assertEquals(input.context!.run_config, {});
  assertEquals(input.context!.state!.items[0].config_record!.items[0].value!.sint64, "7");
});

Deno.test("a ServerApp's task asks for others, within the rules; they end with the run", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  const create = (request: Record<string, string>) => app.client.call(serverAppIo.CreateTask, request);
  const refusals: [Record<string, string>, string][] = [
    [{ type: "flwr-odd" }, "Invalid task type: flwr-odd"],
    [{ type: "flwr-clientapp" }, "Task type 'flwr-clientapp' requires fab_hash."],
    [{ type: "flwr-model" }, "Task type 'flwr-model' requires model_ref."],
    [{ type: "flwr-connector" }, "Task type 'flwr-connector' requires connector_ref."],
  ];
  for (const [request, details] of refusals) {
    assertEquals(await refusal(create(request)), `FAILED_PRECONDITION: ${details}`);
  }
  const { task_id } = await create({ type: "flwr-model", model_ref: "m" });
  const { tasks: [task] } = await world.superexec.call(serverAppIo.PullPendingTasks, {});
  assertEquals([task.task_id, task.model_ref, BigInt(task.run_id)], [task_id!, "m", app.runId]);
  const model = await world.claimedApp();
  await model.client.call(serverAppIo.PullTaskInput, {});
  assertEquals(
    await refusal(model.client.call(serverAppIo.GetNodes, {})),
    "PERMISSION_DENIED: Some ServerAppIo API endpoints are only available for Deployment Runtime runs.",
  );
  assertEquals(
    await refusal(model.client.call(serverAppIo.CreateTask, { type: "flwr-model", model_ref: "x" })),
    "PERMISSION_DENIED: Task type 'flwr-model' is not allowed to create tasks.",
  );
  await app.finish();
  assertEquals(await refusal(model.heartbeat()), "UNAUTHENTICATED: Authentication failed.");
});

/** A message from one task to another, as tasks send them. */
function taskMessage(from: TestServerApp, to: TestServerApp, world: TestFederation, id: string) {
  const metadata = {
    run_id: from.runId,
    message_id: id,
    src_node_id: 1n,
    dst_node_id: 1n,
    ttl: 60,
    message_type: "query",
    created_at: world.clock.now() / 1_000,
    src_task_id: from.taskId,
    dst_task_id: to.taskId,
  };
  return { metadata, content: { items: [{ key: id, metric_record: { items: [] } }] } };
}

Deno.test("tasks of a run send each other messages, read once and oldest first", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  await app.client.call(serverAppIo.CreateTask, { type: "flwr-model", model_ref: "m" });
  const model = await world.serverApp();
  const push = (message: ReturnType<typeof taskMessage>) =>
    app.client.call(serverAppIo.PushTaskMessage, { message });
  const first = taskMessage(app, model, world, "first");
  assertEquals((await push(first)).message_id, "first");
  await world.clock.advance(1_000);
  await push(taskMessage(app, model, world, "second"));
  const unfit = "FAILED_PRECONDITION: Task message could not be stored.";
  assertEquals(await refusal(push(first)), unfit);
  assertEquals(
    await refusal(push({ ...first, metadata: { ...first.metadata, run_id: 3n, message_id: "x" } })),
    unfit,
  );
  assertEquals(
    await refusal(push({ ...first, metadata: { ...first.metadata, ttl: 1, message_id: "y" } })),
    unfit,
  );
  assertEquals(
    await refusal(push(taskMessage(model, app, world, "z"))),
    "FAILED_PRECONDITION: `Message.metadata.src_task_id` does not match the authenticated task.",
  );
  const read = async (limit?: bigint) =>
    (await model.client.call(serverAppIo.PullTaskMessage, { limit })).messages.map(({ metadata, content }) =>
      `${metadata!.message_id}:${content!.items[0].key}`
    );
  assertEquals(await read(0n), []);
  assertEquals(await read(1n), ["first:first"]);
  assertEquals(await read(), ["second:second"]);
  assertEquals(await read(), []);
});

Deno.test("a SuperExec must know the secret where there is one", async () => {
  const secret = new TextEncoder().encode("secret");
  const world = await TestFederation.start({ superexecSecret: secret });
  await world.startRun();
  assertEquals(
    await refusal(world.superexec.call(serverAppIo.PullPendingTasks, {})),
    "UNAUTHENTICATED: Authentication failed.",
  );
  const signer = superexecSigner(secret, { clock: world.clock, random: new FakeRandom() });
  const knowing = world.client(world.superlink.serverAppIo, { credentials: [signer] });
  const { tasks: [task] } = await knowing.call(serverAppIo.PullPendingTasks, {});
  const { run } = await knowing.call(serverAppIo.GetRun, { run_id: task.run_id });
  assertEquals(run!.fab_id, "corolla/quickstart");
  assertEquals((await knowing.call(serverAppIo.GetRun, { run_id: 5n })).run, null);
});

Deno.test("an app is kept for as long as a run of it is not finished", async () => {
  const world = await TestFederation.start();
  const [first, second] = [await world.runningApp(), await world.startRun()];
  const { fabHash } = (await world.store.transaction((tx) => tx.run(second)))!;
  const isKept = async () => await world.store.transaction((tx) => tx.fab(fabHash)) !== undefined;
  await first.finish();
  assertEquals(await isKept(), true);
  await world.cli.call(control.StopRun, { run_id: second });
  assertEquals(await isKept(), false);
  await (await world.runningApp()).finish("failed");
  assertEquals(await isKept(), false);
});
