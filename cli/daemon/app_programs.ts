import { join } from "node:path";
import type { AppProgram, LaunchSettings, OwnProgram } from "../../core/io/app_command.ts";
import { type Env, flwrHome } from "../env.ts";
import { appEnvironment } from "./app_environment.ts";
import { appFence, type FenceWish } from "./app_fence.ts";
import { type AppGrants, appGrants, type GrantFlags } from "./app_grants.ts";
import { appSource, runsFolder } from "./app_permissions.ts";
import { onPath } from "./on_path.ts";

/**
 * How app processes are started on this machine; looks for Flower's Python programs and for a fence. The scratch
 * folder is the caller's to make.
 * @throws {UserError} for grants that make no sense, and where a fence is required and none can be had
 */
export async function launchSettings(
  flags: GrantFlags,
  env: Env,
  { allowRuntimeDependencyInstallation }: { allowRuntimeDependencyInstallation: boolean },
): Promise<LaunchSettings> {
  const grants = await appGrants(flags, env);
  const python = await pythonPrograms(env);
  const fence = await appFence(env, { wish: wishOf(flags), grants, python });
  // Nobody asked for it in so many words, and with no host to fetch from it could only fail.
  const inVain = fence !== undefined && grants.net.length === 0 &&
    !flags["allow-runtime-dependency-installation"];
  return {
    own: ownProgram(grants),
    python,
    parentPid: Deno.pid,
    scratchFolder: join(flwrHome(env), "scratch", crypto.randomUUID().slice(0, 8)),
    runsFolder: runsFolder(env),
    allowRuntimeDependencyInstallation: allowRuntimeDependencyInstallation && !inVain,
    environment: appEnvironment(env, { granted: grants.env }),
    fence,
  };
}

function wishOf(flags: GrantFlags): FenceWish {
  return { kind: flags["app-fence"], isRequired: flags["require-fence"] };
}

/** This very program, from source or compiled. */
function ownProgram(grants: AppGrants): OwnProgram {
  const executable = Deno.execPath();
  const each = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  const flags = [
    ...each("--allow-app-read", grants.read),
    ...each("--allow-app-write", grants.write),
    ...each("--allow-app-net", grants.net),
    ...grants.unconfined ? ["--allow-unconfined-apps"] : [],
  ];
  const appFlags = { serverapp: flags, clientapp: flags };
  return Deno.build.standalone
    ? { executable, appFlags }
    : { executable, appFlags, source: appSource(grants) };
}

/** Flower's own app programs on `PATH`. */
async function pythonPrograms(env: Env): Promise<LaunchSettings["python"]> {
  const found: Partial<Record<AppProgram, string>> = {};
  for (const program of ["serverapp", "clientapp", "simulation"] as const) {
    const path = await onPath(`flwr-${program}`, env);
    if (path) found[program] = path;
  }
  return found;
}
