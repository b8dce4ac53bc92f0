import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { type Maker, peerFolder, play, type Stage } from "./harness.ts";

const appFolder = (name: string) => fileURLToPath(new URL(`../bench/apps/${name}`, import.meta.url));

/** A SuperLink that simulates, and a configuration that leads to it. Gives the addresses of its APIs. */
async function simulating(stage: Stage, maker: Maker, ...more: string[]): Promise<{ appIo: string }> {
  const anyPort = ["--control-api-address", "127.0.0.1:0", "--serverappio-api-address", "127.0.0.1:0"];
  const args = [
    "--insecure",
    "--simulation",
    "--disable-runtime-dependency-installation",
    ...anyPort,
    ...more,
  ];
  const superlink = stage.start({ maker, program: "superlink", name: "superlink", args });
  const [, control] = await superlink.says(/Starting Control API on (\S+)/);
  const [, appIo] = await superlink.says(/Starting ServerAppIo API on (\S+)/);
  for (const user of ["ours", "official"]) {
    Deno.mkdirSync(`${stage.folder}/homes/${user}`, { recursive: true });
    Deno.writeTextFileSync(
      `${stage.folder}/homes/${user}/config.toml`,
      `[superlink]\ndefault = "here"\n[superlink.here]\naddress = "${control}"\ninsecure = true\n`,
    );
  }
  return { appIo };
}

const flwr = (stage: Stage, maker: Maker, ...args: string[]) =>
  stage.run({ maker, program: "flwr", name: maker, args }, 240_000);

/** The settings of the federation's simulations, as `flwr` shows them. */
async function settings(stage: Stage, maker: Maker): Promise<Record<string, unknown>> {
  const { stdout } = await flwr(
    stage,
    maker,
    ...["federation", "list", "--federation", "@none/default", "--format", "json"],
  );
  const { federation } = JSON.parse(stdout);
  assertEquals(federation.simulation, true);
  return federation["simulation-config"];
}

for (const maker of ["ours", "official"] as const) {
  play(`${maker} --simulation: both command lines see and change the same settings`, async (stage) => {
    await simulating(stage, maker);
    const before = await settings(stage, "ours");
    assertEquals(before, await settings(stage, "official"));
    assertEquals([before.num_supernodes, before.client_resources_num_cpus, before.backend], [2, 2, "ray"]);
    const change = (by: Maker, ...flags: string[]) =>
      flwr(stage, by, "federation", "simulation-config", ...flags);
    assertEquals((await change("official", "--num-supernodes", "5")).code, 0);
    assertEquals((await change("ours", "--verbose", "--init-args-num-cpus", "3")).code, 0);
    const after = { ...before, num_supernodes: 5, verbose: true, init_args_num_cpus: 3 };
    assertEquals(await settings(stage, "ours"), after);
    assertEquals(await settings(stage, "official"), after);
  });
}

play("official --simulation: our SuperExec simulates TypeScript apps there", async (stage) => {
  const { appIo } = await simulating(stage, "official", "--isolation", "process");
  stage.start({
    ...{ maker: "ours", program: "superexec", name: "superexec" },
    args: [
      ...["--insecure", "--appio-api-address", appIo, "--plugin-type", "serverapp"],
      ...["--app-runtime", "typescript"],
    ],
  });
  const { code, stdout, stderr } = await flwr(
    stage,
    "ours",
    ...["run", appFolder("simulated_typescript"), "--stream", "--run-config", "rounds=3 elements=1000"],
    ...["--federation-config", "num-supernodes=20 seed=3"],
  );
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "Simulating 20 SuperNodes");
  assertStringIncludes(stdout, "repeatable with seed 3");
  assertStringIncludes(stdout, "The model begins with 3 and ends with 3");
});

/** The official package simulates only with Ray, which is an extra. */
const hasRay = await new Deno.Command(`${peerFolder()}/python`, {
  args: ["-c", "import ray"],
  stderr: "null",
})
  .output().then(({ success }) => success);

if (hasRay) {
  play("ours --simulation: Flower's own flwr-simulation simulates Python apps there", async (stage) => {
    await simulating(stage, "ours", "--app-fence", "none");
    const { code, stdout, stderr } = await flwr(
      stage,
      "official",
      ...[
        "run",
        appFolder("simulated_python"),
        "--stream",
        "--run-config",
        "rounds=2 elements=1000 fraction=1.0",
      ],
      ...["--federation-config", "num-supernodes=4 client-resources-num-cpus=1"],
    );
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(stdout + stderr, "The model begins with 2.0 and ends with 2.0");
  });
}
