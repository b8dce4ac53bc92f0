import { GRPC_ENVIRONMENT } from "../../core/io/grpc/environment.ts";
import { assertEquals } from "@std/assert";
import {
  denoFlags,
  superexecPermissions,
  superlinkPermissions,
  supernodePermissions,
  workerPermissions,
} from "./role_permissions.ts";
import type { SuperLinkSettings } from "./superlink_settings.ts";
import type { SuperNodeSettings } from "./supernode_settings.ts";

const SUPERLINK = {
  fleetAddress: "0.0.0.0:9092",
  controlAddress: "0.0.0.0:9093",
  serverAppIoAddress: "[::1]:9091",
  databasePath: "/state/s.db",
  contentsPath: "/state/s.db-objects",
} as SuperLinkSettings;

Deno.test("a SuperLink's Worker may touch its state and its addresses, and has no leave for anything else", () => {
  const state = ["", "-wal", "-shm", "-journal", ".lock", "-objects"].map((end) => `/state/s.db${end}`);
  assertEquals(workerPermissions(superlinkPermissions(SUPERLINK)), {
    read: state,
    write: state,
    net: ["0.0.0.0:9092", "0.0.0.0:9093", "[::1]:9091"],
    env: [...GRPC_ENVIRONMENT],
    run: false,
    sys: false,
    ffi: false,
    import: false,
  });
});

Deno.test("a SuperLink in memory has no database to touch", () => {
  const { read } = superlinkPermissions({ ...SUPERLINK, databasePath: undefined });
  assertEquals(read, ["/state/s.db-objects"]);
});

Deno.test("a SuperLink watches its list of keys, and cannot write it", () => {
  const keyList = { path: "/keys/nodes.csv", content: new Uint8Array(), keys: [] };
  const { read, write } = superlinkPermissions({ ...SUPERLINK, keyList });
  assertEquals(read.includes(keyList.path), true);
  assertEquals(write.some((path) => path.startsWith("/keys")), false);
});

Deno.test("a SuperNode's and a SuperExec's Worker may do even less", () => {
  const supernode = {
    superlinkAddress: "a:1",
    clientAppIoAddress: "b:2",
    contentsPath: "/c",
  } as SuperNodeSettings;
  assertEquals(supernodePermissions(supernode), { read: ["/c"], write: ["/c"], net: ["a:1", "b:2"] });
  const superexec = { appIoAddress: "a:1", appIoTls: { insecure: true }, plugin: "serverapp" } as const;
  assertEquals(superexecPermissions({ ...superexec, appRuntimeDefault: "python" }), {
    read: [],
    write: [],
    net: ["a:1"],
  });
});

Deno.test("flags for deno run name each place once, the outer one of two, and keep commas", () => {
  const role = {
    read: ["/h/link/state.db"],
    write: ["/h/link/state.db", "/with,comma"],
    net: ["a:1", "a:1"],
  };
  const flags = denoFlags(role, { files: ["/certs/ca.crt", "/certs/ca.crt"], folders: ["/h/link"] });
  const value = (name: string) => flags.find((flag) => flag.startsWith(`--allow-${name}=`))?.split("=")[1];
  assertEquals(
    value("read")?.split(",").filter((path) => !path.includes("/cli/") && /^\/(h|certs)/.test(path)),
    [
      "/certs/ca.crt",
      "/h/link",
    ],
  );
  assertEquals(value("write"), "/with,,comma,/h/link");
  assertEquals(value("net"), "a:1");
  assertEquals(value("run"), undefined);
  assertEquals(flags.some((flag) => /^--allow-(all|sys|ffi|import)/.test(flag)), false);
});

Deno.test("a launcher adds the programs it starts and the folders of apps, and no more", () => {
  const launch = {
    own: { executable: "/bin/deno", appFlags: { serverapp: [], clientapp: [] } },
    python: { serverapp: "/venv/bin/flwr-serverapp" },
    parentPid: 1,
    scratchFolder: "/h/scratch/1",
    runsFolder: "/h/runs",
    allowRuntimeDependencyInstallation: false,
    environment: {},
  };
  const role = { read: [], write: [], net: [] };
  const flags = denoFlags(role, { files: [], folders: [], launch, appVariables: ["HF_HOME=/data"] });
  assertEquals(flags.includes("--allow-run=/bin/deno,/venv/bin/flwr-serverapp"), true);
  assertEquals(flags.includes("--allow-write=/h/scratch,/h/runs"), true);
  assertEquals(flags.find((flag) => flag.startsWith("--allow-env="))?.includes("HF_HOME"), true);
});
