import { dirname } from "node:path";
import type { LaunchSettings } from "../../core/io/app_command.ts";
import { command } from "../command.ts";
import type { FlagValues } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { appSocketPath } from "./app_socket.ts";
import { refuseGrants } from "./app_grants.ts";
import { launchSettings } from "./app_programs.ts";
import { readyForApps } from "./app_scratch.ts";
import { daemonLog } from "./daemon_log.ts";
import { runRole } from "./role_host.ts";
import { denoFlags, supernodePermissions, workerPermissions } from "./role_permissions.ts";
import { supernodeFlags } from "./supernode_flags.ts";
import { type SuperNodeSettings, supernodeSettings } from "./supernode_settings.ts";

/** What is said about the SuperNode, for its own `--help` and for `corolla permissions supernode`. */
export const supernodeAbout = {
  summary:
    "Run a SuperNode: it connects the data of one place to a SuperLink. ClientApps run here, and only what they answer leaves.",
  flags: supernodeFlags,
  hasVersion: true,
  examples: [
    {
      for: "With TLS and a registered key; ClientApps may read the images of this node",
      line: [
        "$ \\",
        "--root-certificates certificates/ca.crt \\",
        "--superlink 127.0.0.1:9092 \\",
        "--clientappio-api-address 127.0.0.1:9094 \\",
        `--node-config="partition-id=0 num-partitions=2" \\`,
        "--auth-supernode-private-key keys/client_credentials_1 \\",
        "--allow-app-read data/node-1",
      ].join("\n"),
    },
    { for: "To try something on this machine only", line: "$ --insecure" },
  ],
};

type Flags = FlagValues<typeof supernodeFlags>;

/** `corolla supernode`. */
export const supernode = command(supernodeAbout, async ({ flags }, env) => {
  const log = daemonLog(env);
  const { settings, launch } = await prepare(flags, env, log.warn);
  log.info("Starting Flower SuperNode");
  if (launch) await readyForApps(launch, { env, log, installs: settings.allowRuntimeDependencyInstallation });
  return await runRole({
    name: "SuperNode",
    entry: new URL("./supernode_worker.ts", import.meta.url),
    permissions: workerPermissions(supernodePermissions(settings)),
    said: log.said,
    settings,
    launch,
  }, env);
});

/** The flags for `deno run` under which this command line works. */
export async function supernodeDenoFlags(flags: Flags, env: Env): Promise<string[]> {
  const { settings, launch } = await prepare(flags, env, () => {});
  const read = [
    flags["root-certificates"],
    flags["auth-supernode-private-key"],
    flags["auth-supernode-public-key"],
    flags["auth-passphrase-file"],
    flags["superexec-auth-secret-file"],
    ...flags["allow-app-read"],
    ...flags["allow-app-write"],
    ...flags["allow-app-device"],
  ];
  const files = read.filter((path) => path !== undefined).map((path) => resolvePath(env, path));
  // Without a port of its own the node's folder has another name each time.
  const folders = settings.clientAppIoAddress.endsWith(":0") ? [dirname(settings.contentsPath)] : [];
  return denoFlags(supernodePermissions(settings), {
    files,
    folders,
    launch,
    appVariables: flags["allow-app-env"],
  });
}

async function prepare(
  flags: Flags,
  env: Env,
  warn: (text: string) => void,
): Promise<{ settings: SuperNodeSettings; launch?: LaunchSettings }> {
  const settings = await supernodeSettings(flags, env, warn);
  if (settings.isolation === "process") {
    refuseGrants(flags);
    return { settings };
  }
  const started = await launchSettings(flags, env, settings);
  const appIoSocket = appSocketPath(started, settings.contentsPath);
  return { settings: { ...settings, appIoSocket }, launch: { ...started, appIoSocket } };
}
