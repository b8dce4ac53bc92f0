import { launchedPrograms, type LaunchSettings } from "../../core/io/app_command.ts";
import type { Fence } from "../../core/io/fence_command.ts";
import { GRPC_ENVIRONMENT } from "../../core/io/grpc/environment.ts";
import { logFilePaths } from "../../core/io/log_file.ts";
import { sqlitePaths } from "../../core/io/sqlite_paths.ts";
import { dirname } from "node:path";
import { denoList } from "../../core/io/deno_list.ts";
import { variablesForApps } from "./app_environment.ts";
import { sourcePaths } from "./app_permissions.ts";
import { LOADERS } from "./system_paths.ts";
import type { RoleSettings } from "./role_worker.ts";
import type { ListenerTls } from "../config/server_tls.ts";
import type { SuperExecSettings } from "./superexec_settings.ts";
import type { SuperLinkSettings } from "./superlink_settings.ts";
import type { SuperNodeSettings } from "./supernode_settings.ts";

/** What a role may do, to the letter. Whatever stands in no list is refused. */
export interface RolePermissions {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly net: readonly string[];
}

/** A SuperLink listens on three addresses, keeps its state, and watches its certificates and its list of keys. */
export function superlinkPermissions(settings: SuperLinkSettings): RolePermissions {
  const { databasePath, contentsPath, keyList } = settings;
  const logs = settings.logFile ? logFilePaths(settings.logFile) : [];
  const state = [...databasePath === undefined ? [] : sqlitePaths(databasePath), contentsPath, ...logs];
  const fleet = settings.fleetAddress === undefined ? [] : [settings.fleetAddress];
  const net = [...fleet, settings.controlAddress, settings.serverAppIoAddress];
  const watched = [...certificatesOf(settings.tls, settings.appIoTls), ...keyList ? [keyList.path] : []];
  return {
    read: [...watched, ...state],
    write: state,
    net: [...net, ...healthOf(settings), ...socketOf(settings)],
  };
}

/** A SuperNode connects to its SuperLink, listens on one address and keeps objects; its certificate it watches. */
export function supernodePermissions(settings: SuperNodeSettings): RolePermissions {
  const state = [settings.contentsPath];
  const own = [...healthOf(settings), ...socketOf(settings)];
  const net = [settings.superlinkAddress, settings.clientAppIoAddress, ...own];
  return { read: [...certificatesOf(settings.appIoTls), ...state], write: state, net };
}

/** The files of certificates, each once: two listeners may have the same. */
function certificatesOf(...tls: readonly (ListenerTls | undefined)[]): string[] {
  return [...new Set(tls.flatMap((files) => files?.paths ?? []))];
}

/** A SuperExec connects to its AppIo API and touches no file. */
export function superexecPermissions(settings: SuperExecSettings): RolePermissions {
  return { read: [], write: [], net: [settings.appIoAddress, ...healthOf(settings)] };
}

function socketOf({ appIoSocket }: Pick<SuperNodeSettings, "appIoSocket">): string[] {
  return appIoSocket === undefined ? [] : [`unix:${appIoSocket}`];
}

function healthOf({ healthAddress }: RoleSettings): string[] {
  return healthAddress === undefined ? [] : [healthAddress];
}

/** The permissions of a role's Worker. */
export function workerPermissions({ read, write, net }: RolePermissions): Deno.PermissionOptionsObject {
  const none = { run: false, sys: false, ffi: false, import: false } as const;
  return { read: [...read], write: [...write], net: [...net], env: [...GRPC_ENVIRONMENT], ...none };
}

/** Environment variables that the main thread of every role looks at. */
const VARIABLES = [
  "COLUMNS",
  "FLWR_HOME",
  "FLWR_LOG_LEVEL",
  "HOME",
  "NO_COLOR",
  "PATH",
  "TERM",
  "USERPROFILE",
];

/**
 * The shortest list of flags for `deno run` under which the program can start this role: what the role may do, what
 * the main thread reads before, and what the launcher of app processes needs.
 */
export function denoFlags(
  role: RolePermissions,
  needs: {
    /** What the main thread reads. */
    readonly files: readonly string[];
    /** Folders that the main thread makes when they are missing. */
    readonly folders: readonly string[];
    /** Environment variables that only this role knows. */
    readonly variables?: readonly string[];
    readonly launch?: LaunchSettings;
    /** Environment variables that the operator grants to apps. */
    readonly appVariables?: readonly string[];
  },
): string[] {
  const { files, folders, variables = [], launch } = needs;
  // The program itself finds out what fence there is.
  const programs = launch ? [launch.own.executable, ...launchedPrograms(launch)] : [];
  const looked = launch?.fence ? pythonFiles(launch.fence) : Object.values(launch?.python ?? {});
  const ofApps = launch ? [dirname(launch.scratchFolder), launch.runsFolder] : [];
  const flags: [string, readonly string[]][] = [
    ["read", [...sourcePaths(), ...files, ...role.read, ...folders, ...ofApps, ...programs, ...looked]],
    ["write", [...role.write, ...folders, ...ofApps]],
    ["net", role.net],
    ["env", [
      ...VARIABLES,
      ...GRPC_ENVIRONMENT,
      ...variables,
      ...launch ? variablesForApps(needs.appVariables ?? []) : [],
    ]],
    ["run", programs],
  ];
  return flags.filter(([, values]) => values.length > 0).map(([name, values]) =>
    `--allow-${name}=${denoList(name === "env" ? values : withoutInner(values))}`
  );
}

/** What the main thread looks at to find out what Python needs. */
function pythonFiles({ plans: { python } }: Fence): string[] {
  return [...python.serverapp.execute, ...python.clientapp.execute].filter((path) => !LOADERS.includes(path));
}

/** A path within another one of the list needs no place of its own. */
function withoutInner(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}
