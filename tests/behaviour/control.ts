/** What a SuperLink does for the command line. */
import { assert, assertEquals } from "@std/assert";
import { type AnyWireMethod, control, fleet, serverAppIo } from "../../core/wire/methods.ts";
import { refusal, testFab, TestFederation } from "../fakes/federation.ts";
import { behaviour } from "./book.ts";

const FEDERATION = "@none/default";
const RUN_NOT_FOUND = "NOT_FOUND: Run ID not found";

/** A refusal with a number, as command lines read it. */
function numbered(status: string, code: number, message: string): string {
  return `${status}: {"code": ${code}, "public_message": "${message}", "public_details": null}`;
}
const UNSUPPORTED = numbered("UNIMPLEMENTED", 1, "SuperLink does not support federation management.");
const NO_FEDERATION = numbered(
  "NOT_FOUND",
  2,
  "Federation not found, archived, or you cannot perform this action.",
);
const UNNAMED = numbered(
  "FAILED_PRECONDITION",
  12,
  "No federation specified. You must specify a federation to perform this action.",
);

behaviour(control.StartRun, "an app becomes a pending run of a new series", async () => {
  const world = await TestFederation.start();
  const { run_id, series_id, federation, note } = await world.cli.call(control.StartRun, {
    fab: { content: testFab().content },
    override_config: { rounds: { sint64: 9n } },
  });
  assertEquals([federation, note], [FEDERATION, undefined]);
  const { run_dict } = await world.cli.call(control.ListRuns, { run_id });
  const run = run_dict[String(run_id)];
  assertEquals([run.series_id, run.fab_id, run.fab_version], [series_id, "corolla/quickstart", "1.0.0"]);
  assertEquals([run.status!.status, run.primary_task_type], ["pending", "flwr-serverapp"]);
  assertEquals(run.override_config.rounds.sint64, "9");
});

behaviour(control.StartRun, "what cannot run is refused with the reason, and leaves nothing", async () => {
  const world = await TestFederation.start();
  const fab = { content: testFab().content };
  const start = (request: Parameters<typeof control.StartRun.encodeRequest>[0]) =>
    refusal(world.cli.call(control.StartRun, request));
  const accident = "UNKNOWN: Exception calling application: File is not a zip file";
  assertEquals(await start({ fab: { content: new Uint8Array([1]) } }), accident);
  assertEquals(await start({ fab, federation: "@none/other" }), NO_FEDERATION);
  assertEquals(
    await start({ fab, override_config: { nope: { sint64: 1n } } }),
    "FAILED_PRECONDITION: Key 'nope' is not present in the main dictionary",
  );
  assertEquals(await start({ fab, series_id: 77n }), "INTERNAL: Failed to create or initialize the run.");
  assertEquals(
    await start({ app_spec: "x" }),
    "FAILED_PRECONDITION: Invalid remote app ID. Expected format: '@account_name/app_name'.",
  );
  const large = await world.cli.call(control.StartRun, { fab: { content: new Uint8Array(10_485_761) } });
  assertEquals([large.run_id, large.series_id, large.federation], [undefined, undefined, ""]);
  assertEquals((await world.cli.call(control.ListRuns, {})).run_dict, {});
});

behaviour(
  control.ListRuns,
  "runs are told newest first, as many as is asked for, or the one that is asked for",
  async () => {
    const world = await TestFederation.start();
    const ids: bigint[] = [];
    for (let run = 0; run < 3; run++) {
      ids.unshift(await world.startRun());
      await world.clock.advance(1);
    }
    const list = async (limit?: bigint) =>
      Object.keys((await world.cli.call(control.ListRuns, { limit })).run_dict).map(BigInt);
    assertEquals(new Set(await list()), new Set(ids));
    assertEquals(new Set(await list(2n)), new Set(ids.slice(0, 2)));
    assertEquals(await list(0n), []);
    const { run_dict, now } = await world.cli.call(control.ListRuns, { run_id: ids[0] });
    assertEquals([Object.keys(run_dict), run_dict[String(ids[0])].account_name], [[String(ids[0])], "none"]);
    assertEquals(now, "2026-11-23T12:00:00.003000+00:00");
    assertEquals(await refusal(world.cli.call(control.ListRuns, { run_id: 77n })), RUN_NOT_FOUND);
  },
);

behaviour(control.StopRun, "a run is stopped in every state, and all that it had goes at once", async () => {
  const world = await TestFederation.start();
  const node = await world.node();
  const stop = (run_id: bigint) => world.cli.call(control.StopRun, { run_id });
  const pending = await world.startRun();
  assertEquals((await stop(pending)).success, true);
  await world.startRun();
  const starting = await world.claimedApp();
  assertEquals((await stop(starting.runId)).success, true);
  const app = await world.runningApp();
  await app.send(app.instruction(node.nodeId));
  assertEquals((await stop(app.runId)).success, true);
  for (const run of [pending, starting.runId, app.runId]) {
    assertEquals(await world.status(run), "finished:stopped");
    assertEquals(await refusal(stop(run)), `FAILED_PRECONDITION: Run ID ${run} is already finished`);
  }
  assertEquals(await node.pull(0), undefined);
  assertEquals(await Array.fromAsync(world.files.list()), []);
  assertEquals(await refusal(stop(77n)), RUN_NOT_FOUND);
});

behaviour(control.StreamLogs, "a log is followed to its end, from where the reader was", async () => {
  const world = await TestFederation.start();
  const app = await world.runningApp();
  const log = (line: string) => app.client.call(serverAppIo.PushLogs, { logs: [line] });
  await log("first\n");
  const follow = (after_timestamp = 0) =>
    world.cli.stream(control.StreamLogs, { run_id: app.runId, after_timestamp });
  const [chunk] = await Array.fromAsync({
    async *[Symbol.asyncIterator]() {
      for await (const chunk of follow()) {
        yield chunk;
        return;
      }
    },
  });
  assertEquals(chunk.log_output, "first\n");
  const rest = Array.fromAsync(follow(chunk.latest_timestamp));
  await world.held(1);
  await log("last\n");
  await app.finish();
  assertEquals((await rest).map(({ log_output }) => log_output).join(""), "last\n");
  assertEquals(
    (await Array.fromAsync(follow())).map(({ log_output }) => log_output).join(""),
    "first\nlast\n",
  );
  const unknown = Array.fromAsync(world.cli.stream(control.StreamLogs, { run_id: 77n }));
  assertEquals(await refusal(unknown), RUN_NOT_FOUND);
});

behaviour(
  control.StreamRunEvents,
  "events are followed to the end of the run, from the one that is named",
  async () => {
    const world = await TestFederation.start();
    const app = await world.runningApp();
    const say = (event: string) =>
      app.client.call(serverAppIo.PushTaskEvents, { events: [{ event, data: "{}" }] });
    const follow = async (after_task_event_id?: bigint) => {
      const request = { run_id: app.runId, after_task_event_id };
      const events = await Array.fromAsync(world.cli.stream(control.StreamRunEvents, request));
      return events.map(({ task_event }) => task_event!.event);
    };
    await say("first");
    const followed = follow();
    await world.held(1);
    await say("second");
    await app.finish();
    assertEquals([await followed, await follow(1n)], [["first", "second"], ["second"]]);
    const unknown = Array.fromAsync(world.cli.stream(control.StreamRunEvents, { run_id: 77n }));
    assertEquals(await refusal(unknown), RUN_NOT_FOUND);
  },
);

behaviour(control.ListRunSeries, "series are told newest update first, with their runs", async () => {
  const world = await TestFederation.start();
  const content = testFab().content;
  const first = await world.cli.call(control.StartRun, { fab: { content } });
  await world.clock.advance(1_000);
  const second = await world.cli.call(control.StartRun, { fab: { content } });
  await world.clock.advance(1_000);
  const again = await world.cli.call(control.StartRun, { fab: { content }, series_id: first.series_id });
  const list = (request = {}) => world.cli.call(control.ListRunSeries, request);
  const { entries } = await list();
  assertEquals(entries.map(({ series_id, run_ids }) => [series_id, run_ids]), [
    [first.series_id!, [first.run_id!, again.run_id!]],
    [second.series_id!, [second.run_id!]],
  ]);
  assertEquals(entries[0].last_run_status!.status, "pending");
  assertEquals((await list({ limit: 1 })).entries.length, 1);
  assertEquals((await list({ updated_before: entries[0].updated_at })).entries.length, 1);
  assertEquals((await list({ federation_id: FEDERATION })).entries.length, 2);
  assertEquals(
    await refusal(list({ federation_id: "x" })),
    "FAILED_PRECONDITION: Federation 'x' does not exist",
  );
});

behaviour(
  control.GetRunSeries,
  "a series is told with the context that its next run begins with",
  async () => {
    const world = await TestFederation.start();
    const app = await world.runningApp();
    const { run_dict } = await world.cli.call(control.ListRuns, { run_id: app.runId });
    const series_id = BigInt(run_dict[String(app.runId)].series_id);
    await app.client.call(serverAppIo.PushTaskOutput, {
      sub_status: "completed",
      context: { run_id: app.runId, node_id: 1n, series_id },
    });
    const { series, context } = await world.cli.call(control.GetRunSeries, { series_id });
    assertEquals([series!.run_ids, series!.last_run_status!.sub_status], [[String(app.runId)], "completed"]);
    assertEquals([context!.node_id, context!.state], ["1", { items: [] }]);
    const unknown = world.cli.call(control.GetRunSeries, { series_id: 77n });
    assertEquals(await refusal(unknown), "NOT_FOUND: Run series ID not found.");
  },
);

behaviour(control.RegisterNode, "a key is registered once, in whatever form it is written", async () => {
  const world = await TestFederation.start();
  const { key } = await world.newcomer();
  const register = (public_key: Uint8Array) => world.cli.call(control.RegisterNode, { public_key });
  assert(BigInt((await register(key.publicKey)).node_id!) > 1n);
  const otherwise = new TextDecoder().decode(key.publicKey).replaceAll("\n", "\r\n");
  for (const again of [key.publicKey, new TextEncoder().encode(otherwise)]) {
    assertEquals(await refusal(register(again)), "FAILED_PRECONDITION: Public key already in use");
  }
  for (const none of [new Uint8Array(), new TextEncoder().encode("no key")]) {
    assertEquals(await refusal(register(none)), "FAILED_PRECONDITION: The provided public key is not valid");
  }
});

behaviour(control.UnregisterNode, "a node goes for ever, also in the middle of a call", async () => {
  const world = await TestFederation.start();
  const node = await world.newcomer();
  const { node_id } = await world.cli.call(control.RegisterNode, { public_key: node.key.publicKey });
  await node.activate();
  const held = node.pull();
  await world.held(1);
  const unregister = (node_id: bigint) => world.cli.call(control.UnregisterNode, { node_id });
  await unregister(BigInt(node_id!));
  assertEquals(await refusal(held), "UNAUTHENTICATED: Invalid node ID");
  for (const id of [BigInt(node_id!), 77n]) {
    assertEquals(await refusal(unregister(id)), "NOT_FOUND: Node ID not found for account");
  }
});

behaviour(control.ListNodes, "every node is told in every state it can be in", async () => {
  const world = await TestFederation.start();
  await world.node();
  const [offline, gone] = [await world.node(), await world.node()];
  await offline.client.call(fleet.DeactivateNode, { node_id: offline.nodeId });
  await gone.client.call(fleet.UnregisterNode, { node_id: gone.nodeId });
  const { key } = await world.newcomer();
  await world.cli.call(control.RegisterNode, { public_key: key.publicKey });
  const { nodes_info, now } = await world.cli.call(control.ListNodes, {});
  assertEquals(nodes_info.map(({ status }) => status), ["online", "offline", "unregistered", "registered"]);
  const [{ online_until }, { last_deactivated_at }, { unregistered_at }, registered] = nodes_info;
  assertEquals(online_until, world.clock.now() / 1_000 + 60);
  assertEquals([last_deactivated_at, unregistered_at], [now, now]);
  assertEquals([registered.online_until, registered.last_activated_at], [undefined, undefined]);
  assertEquals(registered.heartbeat_interval, 30);
});

behaviour(control.ListFederations, "there is one federation", async () => {
  const world = await TestFederation.start();
  const { federations } = await world.cli.call(control.ListFederations, {});
  assertEquals(federations.map(({ name, archived, simulation }) => [name, archived, simulation]), [
    [FEDERATION, false, false],
  ]);
});

behaviour(
  control.ShowFederation,
  "the federation has every node and run, and whoever asks owns it",
  async () => {
    const world = await TestFederation.start();
    await world.node();
    await world.startRun();
    const show = (federation_name: string) => world.cli.call(control.ShowFederation, { federation_name });
    const { federation } = await show(FEDERATION);
    assertEquals([federation!.nodes.length, federation!.runs.length], [1, 1]);
    assertEquals(federation!.members.map(({ account, role }) => [account!.id, role]), [[
      "<id:none>",
      "owner",
    ]]);
    for (const name of ["", "@none/other"]) {
      assertEquals(await refusal(show(name)), "INTERNAL: Internal server error.");
    }
  },
);

behaviour(control.CreateFederation, "names are judged, and none is taken", async () => {
  const world = await TestFederation.start();
  const create = (federation_name: string) =>
    refusal(world.cli.call(control.CreateFederation, { federation_name }));
  assertEquals(await create(""), UNNAMED);
  for (
    const [name, why] of [
      ["1a", "Must start with a letter."],
      ["a_b", "Can only contain letters, digits, and hyphens."],
      ["a".repeat(33), "Must be no longer than 32 characters."],
    ]
  ) {
    assertEquals(await create(name), `FAILED_PRECONDITION: Invalid federation name: '${name}'. ${why}`);
  }
  assertEquals(await create("good-1"), UNSUPPORTED);
});

/** What each method about federations says of no name, the one that there is, and another. */
const REFUSALS: readonly (readonly [AnyWireMethod, unnamed: string, known: string, unknown: string])[] = [
  [control.ArchiveFederation, UNNAMED, UNSUPPORTED, UNSUPPORTED],
  [control.RemoveAccountFromFederation, UNSUPPORTED, UNSUPPORTED, UNSUPPORTED],
  [control.CreateInvitation, NO_FEDERATION, UNSUPPORTED, NO_FEDERATION],
  [control.AcceptInvitation, NO_FEDERATION, UNSUPPORTED, NO_FEDERATION],
  [control.RejectInvitation, UNSUPPORTED, UNSUPPORTED, UNSUPPORTED],
  [control.RevokeInvitation, UNSUPPORTED, UNSUPPORTED, UNSUPPORTED],
  [control.ListInvitations, UNSUPPORTED, UNSUPPORTED, UNSUPPORTED],
  [control.ConfigureSimulationFederation, NO_FEDERATION, NO_FEDERATION, NO_FEDERATION],
];
for (const [method, ...expected] of REFUSALS) {
  behaviour(method, "nothing about federations can be changed", async () => {
    const world = await TestFederation.start();
    const said = ["", FEDERATION, "@none/other"].map((federation_name) =>
      refusal(world.cli.call(method, method === control.ListInvitations ? {} : { federation_name }))
    );
    assertEquals(await Promise.all(said), expected);
  });
}

for (const method of [control.AddNodeToFederation, control.RemoveNodeFromFederation] as AnyWireMethod[]) {
  behaviour(method, "nodes stay where they are", async () => {
    const world = await TestFederation.start();
    const { nodeId } = await world.node();
    const move = (federation_name: string, node_id = nodeId) =>
      refusal(world.cli.call(method, { federation_name, node_id }));
    assertEquals(await move(""), UNNAMED);
    assertEquals(await move("x"), "FAILED_PRECONDITION: Federation 'x' does not exist");
    assertEquals(
      await move(FEDERATION, 77n),
      "FAILED_PRECONDITION: Node 77 not found or you are not its owner.",
    );
    assertEquals(await move(FEDERATION), UNSUPPORTED);
  });
}

behaviour(control.GetLoginDetails, "nobody has to log in", async () => {
  const world = await TestFederation.start();
  assertEquals((await world.cli.call(control.GetLoginDetails, {})).authn_type, "noop");
});

behaviour(control.GetAuthTokens, "there are no tokens to be had", async () => {
  const world = await TestFederation.start();
  assertEquals(
    await refusal(world.cli.call(control.GetAuthTokens, { device_code: "x" })),
    "UNKNOWN: Exception calling application: NoOp plugin does not support getting auth tokens.",
  );
});

behaviour(control.PullArtifacts, "there is no store of artifacts", async () => {
  const world = await TestFederation.start();
  assertEquals(
    await refusal(world.cli.call(control.PullArtifacts, { run_id: await world.startRun() })),
    "UNIMPLEMENTED: ControlServicer initialized without artifact provider",
  );
});
