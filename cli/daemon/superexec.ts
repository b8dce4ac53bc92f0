import type { LaunchSettings } from "../../core/io/app_command.ts";
import { command } from "../command.ts";
import type { FlagValues } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { launchSettings } from "./app_programs.ts";
import { readyForApps } from "./app_scratch.ts";
import { daemonLog } from "./daemon_log.ts";
import { runRole } from "./role_host.ts";
import { denoFlags, superexecPermissions, workerPermissions } from "./role_permissions.ts";
import { superexecFlags } from "./superexec_flags.ts";
import { type SuperExecSettings, superexecSettings } from "./superexec_settings.ts";

/** What is said about the SuperExec, for its own `--help` and for `corolla permissions superexec`. */
export const superexecAbout = {
  summary:
    "Run a SuperExec: it starts app processes for a SuperLink or a SuperNode that was started with --isolation process.",
  flags: superexecFlags,
  hasVersion: true,
  examples: [
    {
      for: "For a SuperLink with TLS",
      line: [
        "$ \\",
        "--root-certificates certificates/ca.crt \\",
        "--appio-api-address 127.0.0.1:9091 \\",
        "--plugin-type serverapp",
      ].join("\n"),
    },
  ],
};

type Flags = FlagValues<typeof superexecFlags>;

/** `corolla superexec`. */
export const superexec = command(superexecAbout, async ({ flags }, env) => {
  const log = daemonLog(env);
  const { settings, launch } = await prepare(flags, env, log.warn);
  log.info("Starting Flower SuperExec");
  await readyForApps(launch, { env, log, installs: flags["allow-runtime-dependency-installation"] });
  return await runRole({
    name: "SuperExec",
    entry: new URL("./superexec_worker.ts", import.meta.url),
    permissions: workerPermissions(superexecPermissions(settings)),
    said: log.said,
    settings,
    launch,
  }, env);
});

/** The flags for `deno run` under which this command line works. */
export async function superexecDenoFlags(flags: Flags, env: Env): Promise<string[]> {
  const { settings, launch } = await prepare(flags, env, () => {});
  const read = [
    flags["root-certificates"],
    flags["superexec-auth-secret-file"],
    ...flags["allow-app-read"],
    ...flags["allow-app-write"],
    ...flags["allow-app-device"],
  ];
  const files = read.filter((path) => path !== undefined).map((path) => resolvePath(env, path));
  return denoFlags(superexecPermissions(settings), {
    files,
    folders: [],
    launch,
    appVariables: flags["allow-app-env"],
  });
}

async function prepare(
  flags: Flags,
  env: Env,
  warn: (text: string) => void,
): Promise<{ settings: SuperExecSettings; launch: LaunchSettings }> {
  const settings = await superexecSettings(flags, env, warn);
  const launch = await launchSettings(flags, env, {
    allowRuntimeDependencyInstallation: flags["allow-runtime-dependency-installation"],
  });
  return { settings, launch };
}
