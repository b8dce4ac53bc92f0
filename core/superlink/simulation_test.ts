import { assertEquals } from "@std/assert";
import { refusal, testFab, TestFederation } from "../../tests/fakes/federation.ts";
import { control, serverAppIo } from "../wire/methods.ts";
import { simulatedComponent } from "./simulation.ts";

const simulated = () => TestFederation.start({ simulation: true });
const fab = () => ({ content: testFab().content });

const DEFAULTS = {
  num_supernodes: 2,
  client_resources_num_cpus: 2,
  client_resources_num_gpus: 0,
  backend: "ray",
  verbose: false,
  init_args_logging_level: "WARNING",
  init_args_log_to_driver: true,
};

async function configOf(world: TestFederation) {
  const { federation } = await world.cli.call(control.ShowFederation, { federation_name: "@none/default" });
  return { ...federation?.config };
}

async function inputOf(world: TestFederation) {
  const app = await world.claimedApp();
  const { federation_config } = await app.client.call(serverAppIo.PullTaskInput, {});
  return federation_config && { ...federation_config };
}

Deno.test("a SuperLink that simulates says so, and with which settings", async () => {
  const world = await simulated();
  const { federations } = await world.cli.call(control.ListFederations, {});
  assertEquals(federations.map(({ name, simulation, config }) => [name, simulation, config]), [
    ["@none/default", true, null],
  ]);
  assertEquals(await configOf(world), DEFAULTS);
});

Deno.test("a simulated run is one task, with the federation's settings and what the run changes in them", async () => {
  const world = await simulated();
  const { run_id } = await world.cli.call(control.StartRun, {
    fab: fab(),
    override_federation_config: { num_supernodes: 9, client_resources_num_gpus: 0.5 },
  });
  const { run_dict } = await world.cli.call(control.ListRuns, {});
  assertEquals(run_dict[String(run_id)].primary_task_type, "flwr-simulation");
  assertEquals(await inputOf(world), { ...DEFAULTS, num_supernodes: 9, client_resources_num_gpus: 0.5 });
});

Deno.test("people change the settings of later runs, one by one", async () => {
  const world = await simulated();
  const changes = [
    { federation_name: "@none/default", config: { num_supernodes: 100, init_args_num_cpus: 4 } },
    { federation_name: "", config: { verbose: true } },
    { federation_name: "" },
  ];
  for (const change of changes) {
    const { federation_name } = await world.cli.call(control.ConfigureSimulationFederation, change);
    assertEquals(federation_name, "@none/default");
  }
  const changed = { ...DEFAULTS, num_supernodes: 100, init_args_num_cpus: 4, verbose: true };
  assertEquals(await configOf(world), changed);
  await world.cli.call(control.StartRun, { fab: fab() });
  assertEquals(await inputOf(world), changed);
});

Deno.test("a deployment has no such settings, and its runs need none", async () => {
  const world = await TestFederation.start();
  const change = { federation_name: "", config: { num_supernodes: 3 } };
  const details =
    '{"code": 2, "public_message": "Federation not found, archived, or you cannot perform this action.", "public_details": null}';
  assertEquals(
    await refusal(world.cli.call(control.ConfigureSimulationFederation, change)),
    `NOT_FOUND: ${details}`,
  );
  await world.cli.call(control.StartRun, { fab: fab(), override_federation_config: { num_supernodes: 9 } });
  assertEquals(await inputOf(world), null);
  assertEquals(
    await refusal(
      (await simulated()).cli.call(control.ConfigureSimulationFederation, {
        ...change,
        federation_name: "@none/x",
      }),
    ),
    `NOT_FOUND: ${details}`,
  );
});

Deno.test("ours is started where either side is TypeScript, for it can say what is wrong with the other", () => {
  const [py, ts] = ["pkg.app:app", "./app.ts:app"];
  assertEquals(simulatedComponent({ serverapp: py, clientapp: py }), py);
  assertEquals(simulatedComponent({ serverapp: ts, clientapp: py }), ts);
  assertEquals(simulatedComponent({ serverapp: py, clientapp: ts }), ts);
  assertEquals(simulatedComponent(undefined), undefined);
});
