import { join, sep } from "node:path";
import type { FenceKind } from "../../core/io/fence_command.ts";
import { type Env, flwrHome, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/** The flags that grant something to apps, and those that say what holds them. */
export interface GrantFlags {
  readonly "allow-app-read": readonly string[];
  readonly "allow-app-write": readonly string[];
  readonly "allow-app-net": readonly string[];
  readonly "allow-app-device": readonly string[];
  readonly "allow-app-env": readonly string[];
  readonly "allow-unconfined-apps": boolean;
  readonly "app-fence": FenceKind | "none" | undefined;
  readonly "require-fence": boolean;
  readonly "allow-runtime-dependency-installation": boolean;
}

/** What the operator lets apps do. Paths are absolute. */
export interface AppGrants {
  /** Files and folders that apps may read. */
  readonly read: readonly string[];
  /** Files and folders that apps may change. */
  readonly write: readonly string[];
  /** Hosts, with or without port, that apps may connect to. */
  readonly net: readonly string[];
  /** Devices that apps may control. */
  readonly devices: readonly string[];
  /** Environment variables that apps see: `NAME` or `NAME=VALUE`. */
  readonly env: readonly string[];
  /** Whether a compiled program may run apps although nothing confines them. */
  readonly unconfined: boolean;
}

/**
 * What the operator lets apps do.
 * @throws {UserError} for a path where nothing is, which would be a silent mistake, or one with our own secrets in it
 */
export async function appGrants(flags: GrantFlags, env: Env): Promise<AppGrants> {
  const secrets = await withheldPaths(flags, env);
  const paths = (flag: "allow-app-read" | "allow-app-write" | "allow-app-device") =>
    checked(flags[flag], { flag, env, secrets });
  return {
    read: await paths("allow-app-read"),
    write: await paths("allow-app-write"),
    net: flags["allow-app-net"],
    devices: await paths("allow-app-device"),
    env: flags["allow-app-env"],
    unconfined: flags["allow-unconfined-apps"],
  };
}

/**
 * Says so when grants would go nowhere: with `--isolation process` nothing here starts apps.
 * @throws {UserError}
 */
export function refuseGrants(flags: GrantFlags): void {
  if (!flags["require-fence"]) return;
  throw new UserError(
    "Cannot use --require-fence with --isolation process: app processes are not started here",
    {
      hint: "Give it to the SuperExec that starts them",
    },
  );
}

async function checked(
  named: readonly string[],
  { flag, env, secrets }: { flag: string; env: Env; secrets: readonly Withheld[] },
): Promise<string[]> {
  const paths = named.map((path) => resolvePath(env, path));
  for (const [index, path] of paths.entries()) {
    if (await env.files.kind(path) === undefined) {
      throw new UserError(`Cannot use --${flag} ${named[index]}: nothing is there`, {
        hint: "Name a file or folder that exists",
      });
    }
    const real = await realPath(path);
    const within = secrets.find((secret) => asFolder(secret.path).startsWith(asFolder(real)));
    if (within === undefined) continue;
    throw new UserError(
      `Cannot use --${flag} ${named[index]}: ${within.what} is in it, which no app may have`,
      { hint: "Name a folder that holds what apps need and nothing else" },
    );
  }
  return paths;
}

/** Something of ours that no app may have. */
interface Withheld {
  readonly path: string;
  readonly what: string;
}

/** Flags that name a file with a secret in it. */
const SECRETS = [
  "ssl-keyfile",
  "appio-ssl-keyfile",
  "auth-superlink-private-key",
  "auth-supernode-private-key",
  "auth-passphrase-file",
  "superexec-auth-secret-file",
];

async function withheldPaths(flags: object, env: Env): Promise<Withheld[]> {
  const named = SECRETS.flatMap((flag) => {
    const path = (flags as Record<string, unknown>)[flag];
    return typeof path === "string" ? [{ path: resolvePath(env, path), what: `the file of --${flag}` }] : [];
  });
  // The folder above it is none that this process may look at.
  const all = [...named, { path: join(flwrHome(env), "scratch"), what: "FLWR_HOME" }];
  return await Promise.all(all.map(async ({ path, what }) => ({ path: await realPath(path), what })));
}

function asFolder(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}

/** Where links lead; the path itself where nothing is or this process may not look. */
async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}
