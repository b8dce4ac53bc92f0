import { assertEquals } from "@std/assert";
import { refusal, testFab, TestFederation } from "../../tests/fakes/federation.ts";
import { settled } from "../../tests/fakes/clock.ts";
import { control, serverAppIo } from "../wire/methods.ts";

const json = (code: number, message: string) =>
  `{"code": ${code}, "public_message": "${message}", "public_details": null}`;
const unsupported = `UNIMPLEMENTED: ${json(1, "SuperLink does not support federation management.")}`;
const notFound = `NOT_FOUND: ${
  json(2, "Federation not found, archived, or you cannot perform this action.")
}`;
const notSpecified = `FAILED_PRECONDITION: ${
  json(12, "No federation specified. You must specify a federation to perform this action.")
}`;
const missing = "FAILED_PRECONDITION: Federation 'x' does not exist";

Deno.test("runs that cannot start are refused with the reason, and leave nothing", async () => {
  const world = await TestFederation.start();
  const content = testFab().content;
  const fab = { content };
  const cases: [Parameters<typeof control.StartRun.encodeRequest>[0], string][] = [
    [
      { fab: { content: new TextEncoder().encode("no zip") } },
      "UNKNOWN: Exception calling application: File is not a zip file",
    ],
    [{ fab, federation: "@none/other" }, notFound],
    [
      { fab, override_config: { nope: { sint64: 1n } } },
      "FAILED_PRECONDITION: Key 'nope' is not present in the main dictionary",
    ],
    [{ fab, series_id: 9n }, "INTERNAL: Failed to create or initialize the run."],
    [
      { app_spec: "nonsense" },
      "FAILED_PRECONDITION: Invalid remote app ID. Expected format: '@account_name/app_name'.",
    ],
    [
      { app_spec: "@a/b==x" },
      "FAILED_PRECONDITION: Invalid app version. Expected format: x.y.z (digits only).",
    ],
    [
      { app_spec: "@a/b==1.0.0" },
      "FAILED_PRECONDITION: Cannot fetch @a/b==1.0.0 as this SuperLink only runs apps that are sent to it: " +
      "download the app and run it from its folder",
    ],
  ];
  for (const [request, expected] of cases) {
    assertEquals(await refusal(world.cli.call(control.StartRun, request)), expected);
  }
  const tooLarge = await world.cli.call(control.StartRun, { fab: { content: new Uint8Array(10_485_761) } });
  assertEquals([tooLarge.run_id, tooLarge.series_id, tooLarge.federation], [undefined, undefined, ""]);
  const { run_dict } = await world.cli.call(control.ListRuns, {});
  assertEquals(run_dict, {});
});

Deno.test("a run is listed with what it was started with, newest first, at most as many as asked for", async () => {
  const world = await TestFederation.start();
  const override_config = { rounds: { sint64: 5n }, rate: { double: 0.25 } };
  const first = await world.cli.call(control.StartRun, {
    fab: { content: testFab().content },
    override_config,
  });
  await world.clock.advance(1_000);
  const second = await world.startRun();
  assertEquals(first.federation, "@none/default");
  const { run_dict, now } = await world.cli.call(control.ListRuns, { run_id: first.run_id });
  const run = run_dict[first.run_id!];
  assertEquals([run.account_name, run.flwr_aid, run.fab_version], ["none", "<id:none>", "1.0.0"]);
  assertEquals([run.override_config.rounds.sint64, run.override_config.rate.double], ["5", 0.25]);
  assertEquals([run.primary_task_type, run.pending_at, run.running_at], [
    "flwr-serverapp",
    "2026-11-23T12:00:00.000000+00:00",
    "",
  ]);
  assertEquals(now, "2026-11-23T12:00:01.000000+00:00");
  const ids = async (limit?: bigint) =>
    Object.keys((await world.cli.call(control.ListRuns, { limit })).run_dict).map(BigInt);
  assertEquals(new Set(await ids()), new Set([BigInt(first.run_id!), second]));
  assertEquals([await ids(1n), await ids(0n)], [[second], []]);
});

Deno.test("an unknown run is not found, whatever is asked of it", async () => {
  const world = await TestFederation.start();
  const about = { run_id: 5n };
  const calls = [
    () => world.cli.call(control.ListRuns, about),
    () => world.cli.call(control.StopRun, about),
    () => Array.fromAsync(world.cli.stream(control.StreamLogs, about)),
    () => Array.fromAsync(world.cli.stream(control.StreamRunEvents, about)),
  ];
  for (const call of calls) assertEquals(await refusal(call()), "NOT_FOUND: Run ID not found");
});

Deno.test("a run is stopped from any state", async () => {
  const world = await TestFederation.start();
  const pending = await world.startRun();
  await world.cli.call(control.StopRun, { run_id: pending });
  const starting = (await world.startRun(), await world.claimedApp()).runId;
  await world.cli.call(control.StopRun, { run_id: starting });
  const running = (await world.runningApp()).runId;
  await world.cli.call(control.StopRun, { run_id: running });
  for (const run of [pending, starting, running]) assertEquals(await world.status(run), "finished:stopped");
});

Deno.test("a log is followed as it is written, from where the reader was, until the run is over", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  const push = (...logs: string[]) => app.client.call(serverAppIo.PushLogs, { logs });
  const seen: { log_output: string; latest_timestamp: number }[] = [];
  const following = (async () => {
    for await (const chunk of world.cli.stream(control.StreamLogs, { run_id: app.runId })) seen.push(chunk);
  })();
  await world.held(1);
  await push("a\n", "b\n");
  await settled();
  assertEquals(seen.map(({ log_output }) => log_output), ["a\nb\n"]);
  await push("c\n");
  await push();
  await settled();
  await push("last\n");
  await app.finish();
  await following;
  assertEquals(seen.map(({ log_output }) => log_output).join(""), "a\nb\nc\nlast\n");
  const after_timestamp = seen[0].latest_timestamp;
  const rest = await Array.fromAsync(
    world.cli.stream(control.StreamLogs, { run_id: app.runId, after_timestamp }),
  );
  assertEquals(rest.map(({ log_output }) => log_output).join(""), "c\nlast\n");
});

Deno.test("a reader who goes ends the stream and leaves nobody waiting", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  const gone = new AbortController();
  const stream = world.cli.stream(control.StreamLogs, { run_id: app.runId }, { signal: gone.signal });
  const next = stream.next();
  await world.held(1);
  gone.abort();
  assertEquals(await refusal(next), "CANCELLED: Cancelled on client side");
  await world.held(0);
});

Deno.test("events of tasks are followed, too; a batch with bad data is dropped and its sender not told", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  const push = (...data: string[]) => {
    const events = data.map((data, index) => ({ event: `e${index}`, data, run_id: 1n, task_id: 2n, id: 3n }));
    return app.client.call(serverAppIo.PushTaskEvents, { events });
  };
  await push("{}", '{"a":1}');
  await push("{}", "[]");
  await push("nonsense");
  await app.finish();
  const all = await Array.fromAsync(world.cli.stream(control.StreamRunEvents, { run_id: app.runId }));
  const events = all.map(({ task_event }) => task_event!);
  assertEquals(events.map(({ id, event, data }) => [id, event, data]), [["1", "e0", "{}"], [
    "2",
    "e1",
    '{"a":1}',
  ]]);
  assertEquals([BigInt(events[0].run_id), BigInt(events[0].task_id)], [app.runId, app.taskId]);
  const later = world.cli.stream(control.StreamRunEvents, { run_id: app.runId, after_task_event_id: 1n });
  assertEquals((await Array.fromAsync(later)).length, 1);
});

Deno.test("series show their runs and the state of the last one", async () => {
  const world = await TestFederation.start();
  const fab = { content: testFab().content };
  const { run_id, series_id } = await world.cli.call(control.StartRun, { fab });
  await world.cli.call(control.StopRun, { run_id });
  await world.clock.advance(1_000);
  const again = await world.cli.call(control.StartRun, { fab, series_id });
  const other = await world.cli.call(control.StartRun, { fab });
  const { entries } = await world.cli.call(control.ListRunSeries, {});
  assertEquals(new Set(entries.map((series) => series.series_id)), new Set([series_id!, other.series_id!]));
  const { series, context } = await world.cli.call(control.GetRunSeries, { series_id });
  assertEquals([series!.run_ids, series!.last_run_status!.status], [[run_id!, again.run_id!], "pending"]);
  assertEquals(context!.series_id, series_id);
  const list = (request: Parameters<typeof control.ListRunSeries.encodeRequest>[0]) =>
    world.cli.call(control.ListRunSeries, request);
  assertEquals((await list({ limit: 1 })).entries.length, 1);
  assertEquals((await list({ updated_before: "2026-11-23T12:00:01+00:00" })).entries.length, 0);
  assertEquals((await list({ federation_id: "@none/default" })).entries.length, 2);
  assertEquals(await refusal(list({ federation_id: "x" })), missing);
  assertEquals(await refusal(list({ federation_id: "" })), notSpecified);
  const unknown = world.cli.call(control.GetRunSeries, { series_id: 4n });
  assertEquals(await refusal(unknown), "NOT_FOUND: Run series ID not found.");
});

Deno.test("the one federation shows its nodes, runs and owner", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const runId = await world.startRun();
  const { federations } = await world.cli.call(control.ListFederations, {});
  assertEquals(federations.map(({ name, archived, simulation }) => [name, archived, simulation]), [
    ["@none/default", false, false],
  ]);
  const shown = await world.cli.call(control.ShowFederation, { federation_name: "@none/default" });
  const { nodes, runs, members } = shown.federation!;
  assertEquals(
    [
      BigInt(nodes[0].node_id),
      nodes[0].status,
      BigInt(runs[0].run_id),
      members[0].role,
      members[0].account!.name,
    ],
    [node.nodeId, "online", runId, "owner", "none"],
  );
  const unknown = world.cli.call(control.ShowFederation, { federation_name: "x" });
  assertEquals(await refusal(unknown), "INTERNAL: Internal server error.");
});

Deno.test("what this SuperLink does not do is refused in the words that command lines know", async () => {
  const world = await TestFederation.start();
  const { nodeId: node_id } = await world.node();
  const [empty, x, ours] = ["", "x", "@none/default"].map((federation_name) => ({ federation_name }));
  const { cli } = world;
  const name = (federation_name: string) => cli.call(control.CreateFederation, { federation_name });
  const invalid = (name: string, why: string) =>
    `FAILED_PRECONDITION: Invalid federation name: '${name}'. ${why}`;
  const cases: [() => Promise<unknown>, string][] = [
    [() => name(""), notSpecified],
    [() => name("1a"), invalid("1a", "Must start with a letter.")],
    [() => name("a_b"), invalid("a_b", "Can only contain letters, digits, and hyphens.")],
    [() => name("a".repeat(33)), invalid("a".repeat(33), "Must be no longer than 32 characters.")],
    [() => name("a-1"), unsupported],
    [() => cli.call(control.ArchiveFederation, empty), notSpecified],
    [() => cli.call(control.ArchiveFederation, x), unsupported],
    [() => cli.call(control.ConfigureSimulationFederation, ours), notFound],
    [() => cli.call(control.AddNodeToFederation, { ...empty, node_id }), notSpecified],
    [() => cli.call(control.AddNodeToFederation, { ...x, node_id }), missing],
    [() => cli.call(control.RemoveNodeFromFederation, { ...ours, node_id }), unsupported],
    [
      () => cli.call(control.RemoveNodeFromFederation, { ...ours, node_id: 5n }),
      "FAILED_PRECONDITION: Node 5 not found or you are not its owner.",
    ],
    [() => cli.call(control.RemoveAccountFromFederation, ours), unsupported],
    [() => cli.call(control.CreateInvitation, x), notFound],
    [() => cli.call(control.CreateInvitation, ours), unsupported],
    [() => cli.call(control.AcceptInvitation, x), notFound],
    [() => cli.call(control.ListInvitations, {}), unsupported],
    [() => cli.call(control.RejectInvitation, ours), unsupported],
    [() => cli.call(control.RevokeInvitation, ours), unsupported],
    [
      () => cli.call(control.GetAuthTokens, {}),
      "UNKNOWN: Exception calling application: NoOp plugin does not support getting auth tokens.",
    ],
    [
      () => cli.call(control.PullArtifacts, {}),
      "UNIMPLEMENTED: ControlServicer initialized without artifact provider",
    ],
  ];
  for (const [call, expected] of cases) assertEquals(await refusal(call()), expected);
  assertEquals((await cli.call(control.GetLoginDetails, {})).authn_type, "noop");
});
