import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AppPlugin } from "../../core/io/ports.ts";
import { GRPC_ENVIRONMENT } from "../../core/io/grpc/environment.ts";
import { type Env, flwrHome } from "../env.ts";
import type { AppGrants } from "./app_programs.ts";

/** Parts of our own source that a Worker loads; Deno asks for leave to read them, from source. */
export function sourcePaths(): string[] {
  if (Deno.build.standalone) return [];
  return ["cli", "core", "proto", "mod.ts", "deno.json"].map((name) =>
    fileURLToPath(new URL(`../../${name}`, import.meta.url))
  );
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
 * Flags for Deno under which an app process of ours runs from source: what its main thread needs, and what it
 * passes on to the app. Nothing is fetched from a network, and nobody is asked.
 */
export function appDenoFlags(
  plugin: AppPlugin,
  options: { grants: AppGrants; caPath?: string },
  env: Env,
): string[] {
  const { grants, caPath } = options;
  const server = plugin === "serverapp";
  const apps = appsFolder(env);
  const runs = runsFolder(env);
  const own = [...sourcePaths(), apps, ...(caPath === undefined ? [] : [caPath])];
  const read = [...own, ...(server ? [runs, ...grants.write] : []), ...grants.read];
  const write = [apps, ...(server ? [runs, ...grants.write] : [])];
  return [
    "--cached-only",
    "--no-prompt",
    `--allow-read=${denoList(read)}`,
    `--allow-write=${denoList(write)}`,
    `--allow-env=${[...VARIABLES, ...GRPC_ENVIRONMENT].join(",")}`,
  ];
}

/** A list as Deno's permission flags take it: separated by commas, with two for one that is meant. */
export function denoList(values: Iterable<string>): string {
  return [...new Set(values)].map((value) => value.replaceAll(",", ",,")).join(",");
}
