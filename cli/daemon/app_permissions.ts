import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { OwnProgram } from "../../core/io/app_command.ts";
import { GRPC_ENVIRONMENT } from "../../core/io/grpc/environment.ts";
import { type Env, flwrHome } from "../env.ts";
import type { AppGrants } from "./app_grants.ts";

/** Parts of our own source that a Worker loads; Deno asks for leave to read them, from source. */
export function sourcePaths(): string[] {
  if (Deno.build.standalone) return [];
  return ["cli", "core", "proto", "mod.ts", "deno.json"].map((name) =>
    fileURLToPath(new URL(`../../${name}`, import.meta.url))
  );
}

/** The list of the modules that are not ours, from source. Deno reads it on its own account. */
export function lockFile(): string {
  return fileURLToPath(new URL("../../deno.lock", import.meta.url));
}

/** The module that is started from source. */
export function mainModule(): string {
  return fileURLToPath(new URL("../main.ts", import.meta.url));
}

/** Environment variables that the main thread of an app process looks at. */
const VARIABLES = ["COLUMNS", "FLWR_HOME", "HOME", "NO_COLOR", "TERM", "USERPROFILE"];

/** Where apps are unpacked. */
export function appsFolder(env: Env): string {
  return join(flwrHome(env), "apps");
}

/** Where ServerApps leave what they make, a folder for each run. */
export function runsFolder(env: Env): string {
  return join(flwrHome(env), "runs");
}

/**
 * How an app process of ours runs from source: what its main thread needs, and what it passes on to the app. Nothing
 * is fetched from a network, and nobody is asked.
 */
export function appSource(grants: Pick<AppGrants, "read" | "write" | "net">): OwnProgram["source"] {
  const { read, write, net } = grants;
  const lists = { read: [...sourcePaths(), ...read, ...write], write, net };
  const variables = [...VARIABLES, ...GRPC_ENVIRONMENT];
  return {
    main: mainModule(),
    flags: ["--cached-only", "--no-prompt", `--allow-env=${variables.join(",")}`],
    grants: { serverapp: lists, clientapp: lists },
  };
}
