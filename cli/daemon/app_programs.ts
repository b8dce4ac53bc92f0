import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LaunchSettings, OwnProgram } from "../../core/io/app_command.ts";
import type { AppPlugin } from "../../core/io/ports.ts";
import { type Env, flwrHome } from "../env.ts";
import { appDenoFlags } from "./app_permissions.ts";

/** What the operator lets apps do. Paths are absolute. */
export interface AppGrants {
  /** Files and folders that apps may read. */
  readonly read: readonly string[];
  /** Folders that ServerApps may write. */
  readonly write: readonly string[];
  /** Hosts, with or without port, that ServerApps may connect to. */
  readonly net: readonly string[];
  /** Whether a compiled program may run apps although it cannot confine them. */
  readonly unconfined: boolean;
}

/**
 * How app processes are started on this machine; looks for Flower's Python programs. The folder for tokens is the
 * caller's to make.
 */
export async function launchSettings(
  env: Env,
  options: {
    grants: AppGrants;
    allowRuntimeDependencyInstallation: boolean;
    /** CA certificate by which app processes know the AppIo service. */
    caPath?: string;
  },
): Promise<LaunchSettings> {
  return {
    own: ownProgram(env, options),
    python: await pythonPrograms(env),
    parentPid: Deno.pid,
    tokenFolder: join(flwrHome(env), "tokens"),
    allowRuntimeDependencyInstallation: options.allowRuntimeDependencyInstallation,
    blankedEnvironment: LIBRARY_VARIABLES.filter((name) => env.get(name) !== undefined),
  };
}

/** Variables that change which libraries a program loads: with one of them set, nothing could be started. */
const LIBRARY_VARIABLES = [
  "LD_LIBRARY_PATH",
  "LD_PRELOAD",
  "LD_AUDIT",
  "DYLD_LIBRARY_PATH",
  "DYLD_INSERT_LIBRARIES",
  "DYLD_FRAMEWORK_PATH",
  "DYLD_FALLBACK_LIBRARY_PATH",
];

/** This very program, from source or compiled. */
function ownProgram(env: Env, options: { grants: AppGrants; caPath?: string }): OwnProgram {
  const { grants } = options;
  const executable = Deno.execPath();
  const appFlags = {
    serverapp: appFlagsFor("serverapp", grants),
    clientapp: appFlagsFor("clientapp", grants),
  };
  if (Deno.build.standalone) return { executable, appFlags };
  const flags = {
    serverapp: appDenoFlags("serverapp", options, env),
    clientapp: appDenoFlags("clientapp", options, env),
  };
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  return { executable, appFlags, source: { main, flags, net: { serverapp: grants.net } } };
}

function appFlagsFor(plugin: AppPlugin, grants: AppGrants): string[] {
  const each = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  return [
    ...each("--allow-app-read", grants.read),
    ...(plugin === "serverapp" ? each("--allow-app-write", grants.write) : []),
    ...(plugin === "serverapp" ? each("--allow-app-net", grants.net) : []),
    ...(grants.unconfined ? ["--allow-unconfined-apps"] : []),
  ];
}

/** Flower's own app programs on `PATH`. */
async function pythonPrograms(env: Env): Promise<LaunchSettings["python"]> {
  const found: Partial<Record<AppPlugin, string>> = {};
  for (const plugin of ["serverapp", "clientapp"] as const) {
    const path = await onPath(`flwr-${plugin}`, env);
    if (path) found[plugin] = path;
  }
  return found;
}

/** The first program of this name on `PATH` that is not this program under another name. */
async function onPath(name: string, env: Env): Promise<string | undefined> {
  const file = Deno.build.os === "windows" ? `${name}.exe` : name;
  for (const folder of (env.get("PATH") ?? "").split(delimiter).filter(Boolean)) {
    const path = join(folder, file);
    try {
      if (await env.files.kind(path) === "file" && await Deno.realPath(path) !== Deno.execPath()) return path;
    } catch {
      // A folder that may not be looked into holds nothing for us.
    }
  }
  return undefined;
}
