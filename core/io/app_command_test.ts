import { assertEquals } from "@std/assert";
import {
  changesLibraries,
  launchedPrograms,
  type LaunchSettings,
  ownCommand,
  pythonCommand,
} from "./app_command.ts";

const settings: LaunchSettings = {
  own: {
    executable: "/opt/corolla",
    appFlags: { serverapp: ["--allow-app-write", "/out"], clientapp: ["--allow-app-read", "/data"] },
  },
  python: { serverapp: "/venv/bin/flwr-serverapp" },
  parentPid: 42,
  tokenFolder: "/run/tokens",
  allowRuntimeDependencyInstallation: false,
  blankedEnvironment: [],
};
const appIo = { address: "127.0.0.1:9091" };
const task = { runtime: "typescript", runId: 1n, taskId: 2n } as const;

Deno.test("a compiled program starts itself", () => {
  assertEquals(ownCommand(settings, { ...task, plugin: "serverapp", appIo }), {
    executable: "/opt/corolla",
    args: [
      ...["flwr-serverapp", "--serverappio-api-address", "127.0.0.1:9091", "--token-file", "-"],
      ...["--insecure", "--parent-pid", "42", "--allow-app-write", "/out"],
    ],
  });
});

Deno.test("from source Deno is started with the permissions of that side and the address", () => {
  const flags = { serverapp: ["--allow-read=/a"], clientapp: ["--allow-read=/b"] };
  const own = { ...settings.own, executable: "/bin/deno", source: { main: "/src/cli/main.ts", flags } };
  const order = { ...task, plugin: "clientapp", appIo: { ...appIo, rootCertificates: "/ca.crt" } } as const;
  assertEquals(ownCommand({ ...settings, own }, order), {
    executable: "/bin/deno",
    args: [
      ...["run", "--allow-net=127.0.0.1:9091", "--location=http://run-1.invalid", "--allow-read=/b"],
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

Deno.test("the launcher may run these programs and no other", () => {
  assertEquals(launchedPrograms(settings), ["/opt/corolla", "/venv/bin/flwr-serverapp"]);
});

Deno.test("which environment variables change what code a program loads", () => {
  const names = ["LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "PATH", "OLD_PATH", "LDFLAGS"];
  assertEquals(names.filter(changesLibraries), ["LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES"]);
});
