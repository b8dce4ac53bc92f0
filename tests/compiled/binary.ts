import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compiledAt, type Program } from "../confinement/program.ts";

/** Where there is a fence of the kernel's around apps. */
export const isLinux = Deno.build.os === "linux";
export const isWindows = Deno.build.os === "windows";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ending = isWindows ? ".exe" : "";

/** The executable under test: the one that `COROLLA_BINARY` names, else the one that `deno task compile` makes. */
export const binaryPath = resolve(ROOT, Deno.env.get("COROLLA_BINARY") ?? join("dist", `corolla${ending}`));

/** The executable under test, as a program for a federation. */
export const binary: Program = compiledAt(binaryPath);

/** How the executable gets another name. */
export type Renaming = "link" | "copy";

/** The ways that this system has: links need a privilege on Windows. */
export const renamings: readonly Renaming[] = isWindows ? ["copy"] : ["link", "copy"];

/** The executable under another name in a folder. @returns its path */
export async function renamed(
  name: string,
  { folder, by }: { folder: string; by: Renaming },
): Promise<string> {
  const path = join(folder, name + ending);
  if (by === "link") await Deno.symlink(binaryPath, path);
  else await Deno.copyFile(binaryPath, path);
  return path;
}

/**
 * Whether the executable runs on the Deno that `deno.json` pins. Where that one's runtime cannot be had, as in
 * `tests/tools/denort.sh`, it is 2.9.4, whose HTTP/2 may abort the process when a connection ends amid a call: the
 * reason for the pin.
 */
export async function runsOnPin(): Promise<boolean> {
  const { stdout } = await new Deno.Command(binaryPath, { args: ["--version"] }).output();
  const [, runs] = new TextDecoder().decode(stdout).match(/Deno (\d+\.\d+\.\d+)/) ?? [];
  return runs === JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))).deno;
}
