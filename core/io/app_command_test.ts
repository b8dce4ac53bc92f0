import { assertEquals } from "@std/assert";
import { launchedPrograms, type LaunchSettings, ownCommand, pythonCommand } from "./app_command.ts";

const settings: LaunchSettings = {
  own: {
    executable: "/opt/corolla",
    appFlags: { serverapp: ["--allow-app-write", "/out"], clientapp: ["--allow-app-read", "/data"] },
  },
  python: { serverapp: "/venv/bin/flwr-serverapp" },
  parentPid: 42,
  scratchFolder: "/scratch",
  runsFolder: "/runs",
  allowRuntimeDependencyInstallation: false,
  environment: {},
};
const appIo = { address: "127.0.0.1:9091" };
const task = { runtime: "typescript", runId: 1n, taskId: 2n } as const;

Deno.test("a compiled program starts itself", () => {
  const places = { scratch: "/scratch/a", run: "/runs/1" };
  assertEquals(ownCommand(settings, { ...task, plugin: "serverapp", appIo }, places), {
    executable: "/opt/corolla",
    args: [
      ...["flwr-serverapp", "--serverappio-api-address", "127.0.0.1:9091", "--token-file", "-"],
      ...["--insecure", "--parent-pid", "42", "--runs-folder", "/runs", "--allow-app-write", "/out"],
    ],
  });
});

Deno.test("from source Deno is started with the permissions of that side and the address", () => {
  const grants = {
    serverapp: { read: ["/a"], write: ["/a"], net: ["a:1"] },
    clientapp: { read: ["/b", "/with,comma"], write: [], net: ["b:1"] },
  };
  const source = { main: "/src/cli/main.ts", flags: ["--cached-only"], grants };
  const own = { ...settings.own, executable: "/bin/deno", source };
  const order = { ...task, plugin: "clientapp", appIo: { ...appIo, rootCertificates: "/ca.crt" } } as const;
  assertEquals(ownCommand({ ...settings, own }, order, { scratch: "/scratch/a" }), {
    executable: "/bin/deno",
    args: [
      ...["run", "--cached-only", "--location=http://run-1.invalid", "--allow-net=127.0.0.1:9091,b:1"],
      ...["--allow-read=/scratch/a,/ca.crt,/b,/with,,comma", "--allow-write=/scratch/a"],
      "/src/cli/main.ts",
      ...["flwr-clientapp", "--clientappio-api-address", "127.0.0.1:9091", "--token-file", "-"],
      ...["--root-certificates", "/ca.crt", "--parent-pid", "42", "--allow-app-read", "/data"],
    ],
  });
});

Deno.test("Flower's own app processes get what official SuperExecs give them, but for the token", () => {
  const order = { ...task, plugin: "serverapp", appIo } as const;
  const allowing = { ...settings, allowRuntimeDependencyInstallation: true };
  assertEquals(pythonCommand(allowing, order, "/run/tokens/t"), {
    executable: "/venv/bin/flwr-serverapp",
    args: [
      ...["--serverappio-api-address", "127.0.0.1:9091", "--token-file", "/run/tokens/t"],
      ...["--insecure", "--parent-pid", "42", "--allow-runtime-dependency-installation"],
    ],
  });
  assertEquals(pythonCommand(settings, { ...order, plugin: "clientapp" }, "/run/tokens/t"), undefined);
});

Deno.test("a simulation is a program of its own, in the place of the ServerApp's", () => {
  const order = { ...task, plugin: "serverapp", simulates: true, appIo } as const;
  const { args } = ownCommand(settings, order, { scratch: "/scratch/a", run: "/runs/1" });
  assertEquals(args.slice(0, 2), ["flwr-simulation", "--serverappio-api-address"]);
  assertEquals(args.slice(-2), ["--allow-app-write", "/out"]);
  assertEquals(pythonCommand(settings, order, "/t"), undefined);
  const python = { ...settings.python, simulation: "/venv/bin/flwr-simulation" };
  const { executable, args: words } = pythonCommand({ ...settings, python }, order, "/t")!;
  assertEquals([executable, words[0]], ["/venv/bin/flwr-simulation", "--serverappio-api-address"]);
});

Deno.test("the launcher may run these programs and no other", () => {
  assertEquals(launchedPrograms(settings), ["/opt/corolla", "/venv/bin/flwr-serverapp"]);
});

Deno.test("with a fence the launcher may run what sets it and nothing else", () => {
  const own = { serverapp: NOTHING, clientapp: NOTHING };
  const fence = {
    kind: "landlock",
    command: { executable: "/opt/corolla", args: [] },
    plans: { typescript: own, python: own },
  } as const;
  assertEquals(launchedPrograms({ ...settings, fence }), ["/opt/corolla"]);
});

const NOTHING = { read: [], execute: [], write: [], devices: [], ports: [], datagrams: false };
