import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../output.ts";
import { readFederationConfig, simulationIn } from "./simulation.ts";

Deno.test("--federation-config names the settings of a simulation, with - or _", () => {
  assertEquals(readFederationConfig([]), undefined);
  const given = [
    "num-supernodes=10 client-resources-num-gpus=0.5",
    "init_args_log_to_driver=true",
    "backend='ray'",
  ];
  assertEquals(readFederationConfig(given), {
    num_supernodes: 10,
    client_resources_num_gpus: 0.5,
    init_args_log_to_driver: true,
    backend: "ray",
  });
});

const ours: [string, string][] = [
  ["seed=7", "deno:seed=7"],
  ["fresh-workers=true seed=7", "deno:fresh,seed=7"],
  ["seed=7 backend='ray'", "ray:seed=7"],
  ["fresh-workers=false", "deno"],
];
for (const [given, backend] of ours) {
  Deno.test(`--federation-config ${given} travels as backend ${backend}`, () => {
    assertEquals(readFederationConfig([given]), { backend });
  });
}

const bad: [string, string, string][] = [
  ["num-supernode=1", "there is no setting num-supernode", "Did you mean num-supernodes?"],
  ["zzzzzzzz=1", "there is no setting zzzzzzzz", "There are: num-supernodes,"],
  [
    "num-supernodes=1.5",
    "num-supernodes as it must be a whole number of at least 0: current value is 1.5",
    "",
  ],
  ["num-supernodes=-1", "current value is -1", ""],
  ["num-supernodes=4294967296", "current value is 4294967296", ""],
  ["verbose=1", "verbose as it must be true or false", ""],
  ["backend=1", "backend as it must be a text", ""],
  ["verbose", '"verbose" must be written KEY=VALUE', "--federation-config"],
];
for (const [given, message, hint] of bad) {
  Deno.test(`--federation-config ${given} is refused`, () => {
    const error = assertThrows(() => readFederationConfig([given]), UserError, message);
    assertStringIncludes(error.message, "--federation-config");
    assertStringIncludes(error.hint ?? "", hint);
  });
}

Deno.test("the options of an old connection are the same settings under their old names", () => {
  const options = {
    "num-supernodes": 10n,
    verbose: false,
    backend: {
      name: "ray",
      "client-resources": { "num-cpus": 2n, "num-gpus": 0.25 },
      "init-args": {
        "num-cpus": 8n,
        "num-gpus": 1n,
        "logging-level": "error",
        "log-to-driver": true,
        other: 1n,
      },
    },
  };
  assertEquals(simulationIn(options), {
    num_supernodes: 10,
    client_resources_num_cpus: 2,
    client_resources_num_gpus: 0.25,
    backend: "ray",
    verbose: false,
    init_args_num_cpus: 8,
    init_args_num_gpus: 1,
    init_args_logging_level: "error",
    init_args_log_to_driver: true,
  });
  assertThrows(() => simulationIn({ verbose: true }), Error, "options.num-supernodes must be given");
  assertThrows(() => simulationIn({ "num-supernodes": "x" }), Error, "options.num-supernodes as it must be");
});
