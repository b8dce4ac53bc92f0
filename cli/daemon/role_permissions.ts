import { launchedPrograms, type LaunchSettings } from "../../core/io/app_command.ts";
import { GRPC_ENVIRONMENT } from "../../core/io/grpc/environment.ts";
import { sqlitePaths } from "../../core/io/sqlite.ts";
import { denoList, sourcePaths } from "./app_permissions.ts";
import type { SuperExecSettings } from "./superexec_settings.ts";
import type { SuperLinkSettings } from "./superlink_settings.ts";
import type { SuperNodeSettings } from "./supernode_settings.ts";

/** What a role may do, to the letter. Whatever stands in no list is refused. */
export interface RolePermissions {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly net: readonly string[];
}

/** A SuperLink listens on three addresses and keeps its state; certificates and keys it gets from the main thread. */
export function superlinkPermissions(settings: SuperLinkSettings): RolePermissions {
  const { databasePath, contentsPath } = settings;
  const state = [...databasePath === undefined ? [] : sqlitePaths(databasePath), contentsPath];
  const net = [settings.fleetAddress, settings.controlAddress, settings.serverAppIoAddress];
  return { read: state, write: state, net };
}

/** A SuperNode connects to its SuperLink, listens on one address and keeps objects while it works on them. */
export function supernodePermissions(settings: SuperNodeSettings): RolePermissions {
  const state = [settings.contentsPath];
  return { read: state, write: state, net: [settings.superlinkAddress, settings.clientAppIoAddress] };
}

/** A SuperExec connects to its AppIo API and touches no file. */
export function superexecPermissions(settings: SuperExecSettings): RolePermissions {
  return { read: [], write: [], net: [settings.appIoAddress] };
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
  },
): string[] {
  const { files, folders, variables = [], launch } = needs;
  const programs = launch ? launchedPrograms(launch) : [];
  const tokens = launch ? [launch.tokenFolder] : [];
  const flags: [string, readonly string[]][] = [
    ["read", [...sourcePaths(), ...files, ...role.read, ...folders, ...tokens, ...programs]],
    ["write", [...role.write, ...folders, ...tokens]],
    ["net", role.net],
    ["env", [...VARIABLES, ...GRPC_ENVIRONMENT, ...variables, ...launch?.blankedEnvironment ?? []]],
    ["run", programs],
  ];
  return flags.filter(([, values]) => values.length > 0).map(([name, values]) =>
    `--allow-${name}=${denoList(name === "env" ? values : withoutInner(values))}`
  );
}

/** A path within another one of the list needs no place of its own. */
function withoutInner(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}
