import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_SIMULATION, type SimulationConfig } from "../model/simulation.ts";
import { planSimulation, SimulationConfigError } from "./plan.ts";

const plan = (changes: Partial<SimulationConfig>, cpus = 8) =>
  planSimulation({ ...DEFAULT_SIMULATION, numSupernodes: 100, ...changes }, { cpus });

const workers: [Partial<SimulationConfig>, cpus: number, workers: number][] = [
  [{}, 8, 4],
  [{ clientNumCpus: 1 }, 8, 8],
  [{ clientNumCpus: 3 }, 8, 2],
  [{ initNumCpus: 4 }, 8, 2],
  [{ initNumCpus: 32, clientNumCpus: 1 }, 8, 32],
  [{ numSupernodes: 3, clientNumCpus: 1 }, 8, 3],
];
for (const [changes, cpus, expected] of workers) {
  Deno.test(`${JSON.stringify(changes)} on ${cpus} CPUs: ${expected} ClientApps at a time`, () => {
    const { workers, warnings } = plan(changes, cpus);
    assertEquals([workers, warnings], [expected, []]);
  });
}

Deno.test("too few CPUs for one ClientApp: one works all the same, and the log says so", () => {
  const { workers, warnings } = plan({}, 1);
  assertEquals(workers, 1);
  assertEquals(warnings, [
    "client-resources-num-cpus=2 asks for more than the 1 there are: one ClientApp works at a time",
  ]);
});

const backends: [string, { seed?: bigint; freshWorkers: boolean }][] = [
  ["ray", { freshWorkers: false }],
  ["RAY", { freshWorkers: false }],
  ["deno", { freshWorkers: false }],
  ["deno:", { freshWorkers: false }],
  ["deno:seed=7", { seed: 7n, freshWorkers: false }],
  ["deno:seed=0,fresh", { seed: 0n, freshWorkers: true }],
  ["ray:fresh", { freshWorkers: true }],
];
for (const [backend, expected] of backends) {
  Deno.test(`backend ${backend}`, () => {
    const { seed, freshWorkers } = plan({ backend });
    assertEquals({ seed, freshWorkers }, { seed: undefined, ...expected });
  });
}

const wrong: [Partial<SimulationConfig>, string][] = [
  [{ numSupernodes: 0 }, "num-supernodes must be at least 1: current value is 0"],
  [{ clientNumCpus: 0 }, "client-resources-num-cpus must be at least 1"],
  [{ initNumCpus: 0 }, "init-args-num-cpus must be at least 1"],
  [
    { clientNumGpus: 0.5 },
    "client-resources-num-gpus=0.5: TypeScript ClientApps compute on CPUs. Set it to 0",
  ],
  [{ backend: "dask" }, 'backend must be "deno" or "ray"'],
  [{ backend: "deno:seed=x" }, "current value is deno:seed=x"],
  [{ backend: "deno:warm" }, "followed by seed=NUMBER or fresh"],
];
for (const [changes, message] of wrong) {
  Deno.test(`${JSON.stringify(changes)} is refused`, () => {
    assertThrows(() => plan(changes), SimulationConfigError, message);
  });
}

Deno.test("the log tells everything when either asks for it, and ClientApps' output goes where it is told", () => {
  assertEquals([plan({}).verbose, plan({ verbose: true }).verbose, plan({ loggingLevel: "debug" }).verbose], [
    false,
    true,
    true,
  ]);
  assertEquals([plan({}).showsClientApps, plan({ logToDriver: false }).showsClientApps], [true, false]);
  assertEquals(plan({ initNumGpus: 1 }).warnings, ["init-args-num-gpus=1 changes nothing: no GPU is used"]);
});
