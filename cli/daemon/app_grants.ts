import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import type { AppGrants } from "./app_programs.ts";

/** The flags that grant something to apps. */
export interface GrantFlags {
  readonly "allow-app-read": readonly string[];
  readonly "allow-app-write"?: readonly string[];
  readonly "allow-app-net"?: readonly string[];
  readonly "allow-unconfined-apps": boolean;
}

/** What the operator lets apps do. @throws {UserError} for a path where nothing is: it would be a silent mistake */
export async function appGrants(
  flags: GrantFlags,
  env: Env,
  warn: (text: string) => void,
): Promise<AppGrants> {
  if (flags["allow-unconfined-apps"] && Deno.build.standalone) {
    warn(
      "--allow-unconfined-apps: a TypeScript app can read any file that this user can read. Allow only apps that you trust",
    );
  }
  return {
    read: await existing(flags["allow-app-read"], "allow-app-read", env),
    write: await existing(flags["allow-app-write"] ?? [], "allow-app-write", env),
    net: flags["allow-app-net"] ?? [],
    unconfined: flags["allow-unconfined-apps"],
  };
}

async function existing(named: readonly string[], flag: string, env: Env): Promise<string[]> {
  const paths = named.map((path) => resolvePath(env, path));
  for (const [index, path] of paths.entries()) {
    if (await env.files.kind(path) !== undefined) continue;
    throw new UserError(`Cannot use --${flag} ${named[index]}: nothing is there`, {
      hint: "Name a file or folder that exists",
    });
  }
  return paths;
}
