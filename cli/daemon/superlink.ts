import type { LaunchSettings } from "../../core/io/app_command.ts";
import { bothPlans } from "../../core/io/fence_plan.ts";
import type { FenceAround } from "../../core/io/fence_refusal.ts";
import { command } from "../command.ts";
import type { FlagValues } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { appSocketPath } from "./app_socket.ts";
import { refuseGrants } from "./app_grants.ts";
import { launchSettings } from "./app_programs.ts";
import { readyForApps } from "./app_scratch.ts";
import { daemonLog } from "./daemon_log.ts";
import { runRole } from "./role_host.ts";
import { denoFlags, superlinkPermissions, workerPermissions } from "./role_permissions.ts";
import { superlinkFlags } from "./superlink_flags.ts";
import { type SuperLinkSettings, superlinkSettings } from "./superlink_settings.ts";

/** What is said about the SuperLink, for its own `--help` and for `corolla permissions superlink`. */
export const superlinkAbout = {
  summary:
    "Run a SuperLink. SuperNodes come to its Fleet API, the `flwr` command line to its Control API, and ServerApp processes to its ServerAppIo API. Its state survives a restart.",
  flags: superlinkFlags,
  hasVersion: true,
  examples: [
    {
      for: "With TLS on every listener, and SuperNodes that prove who they are",
      line: [
        "$ \\",
        "--ssl-ca-certfile certificates/ca.crt \\",
        "--ssl-certfile certificates/server.pem \\",
        "--ssl-keyfile certificates/server.key \\",
        "--appio-ssl-ca-certfile certificates/ca.crt \\",
        "--appio-ssl-certfile certificates/server.pem \\",
        "--appio-ssl-keyfile certificates/server.key \\",
        "--enable-supernode-auth",
      ].join("\n"),
    },
    { for: "To try something on this machine only", line: "$ --insecure" },
  ],
};

type Flags = FlagValues<typeof superlinkFlags>;

/** `corolla superlink`. */
export const superlink = command(superlinkAbout, async ({ flags }, env) => {
  const log = daemonLog(env);
  const { settings, launch } = await prepare(flags, env, log.warn);
  log.info("Starting Flower SuperLink");
  if (launch) await readyForApps(launch, { env, log, installs: settings.allowRuntimeDependencyInstallation });
  if (settings.ownFolder) await env.files.makeFolder(settings.ownFolder, { mode: 0o700 });
  return await runRole({
    name: "SuperLink",
    entry: new URL("./superlink_worker.ts", import.meta.url),
    permissions: workerPermissions(superlinkPermissions(settings)),
    said: log.said,
    settings,
    launch,
  }, env);
});

/** The flags for `deno run` under which this command line works. */
export async function superlinkDenoFlags(flags: Flags, env: Env): Promise<string[]> {
  const { settings, launch } = await prepare(flags, env, () => {});
  const read = [
    flags["auth-superlink-private-key"],
    flags["auth-superlink-public-key"],
    flags["auth-passphrase-file"],
    flags["superexec-auth-secret-file"],
    ...flags["allow-app-read"],
    ...flags["allow-app-write"],
    ...flags["allow-app-device"],
  ];
  const files = read.filter((path) => path !== undefined).map((path) => resolvePath(env, path));
  const folders = settings.ownFolder ? [settings.ownFolder] : [];
  const variables = ["FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION"];
  return denoFlags(superlinkPermissions(settings), {
    files,
    folders,
    variables,
    launch,
    appVariables: flags["allow-app-env"],
  });
}

async function prepare(
  flags: Flags,
  env: Env,
  warn: (text: string) => void,
): Promise<{ settings: SuperLinkSettings; launch?: LaunchSettings }> {
  const settings = await superlinkSettings(flags, env, warn);
  if (settings.isolation === "process") {
    refuseGrants(flags);
    return { settings };
  }
  const started = await launchSettings(flags, env, settings);
  const appIoSocket = appSocketPath(started, settings.contentsPath);
  const launch = { ...started, appIoSocket };
  return { settings: { ...settings, appFence: fenceAround(launch), appIoSocket }, launch };
}

/** The fence around Python's ServerApps, so that the run's log can name it where an app ran into it. */
function fenceAround({ fence, scratchFolder, runsFolder }: LaunchSettings): FenceAround | undefined {
  if (fence === undefined) return undefined;
  const plan = bothPlans(fence.plans.python.serverapp, { write: [scratchFolder, runsFolder] });
  return { kind: fence.kind, plan };
}
