import { dirname, join, resolve } from "node:path";
import type { Env } from "../env.ts";

/** The files with which a Python program works. Absolute paths. */
export interface PythonEnvironment {
  /** Files and folders to be read. */
  readonly read: readonly string[];
  /** Files and folders to be read and run. */
  readonly execute: readonly string[];
}

/**
 * Finds the environment of a program that `pip` or `uv` put on this machine: by the interpreter that its first lines
 * name. What it does not name, such as the source of an editable installation, is not in it.
 * @param script absolute path of the program
 */
export async function pythonEnvironment(script: string, env: Env): Promise<PythonEnvironment> {
  const file = await realPath(script);
  const interpreter = await interpreterOf(file, env);
  if (interpreter === undefined) return { read: [], execute: [script, file] };
  const prefix = dirname(dirname(interpreter));
  const real = await realPath(interpreter);
  const bases = new Set([dirname(dirname(real)), dirname(dirname(file)), ...await homeOf(prefix, env)]);
  bases.delete(prefix);
  const own = await isEnvironment(prefix, env) ? { execute: [prefix] } : { read: librariesOf(prefix) };
  return {
    read: [...own.read ?? [], ...[...bases].flatMap(librariesOf)],
    execute: [
      ...new Set([...own.execute ?? [], ...await linksFrom(interpreter), real, script, file, "/bin/sh"]),
    ],
  };
}

/** Where the packages of an installation lie that holds other things as well, such as `/usr` or `~/.local`. */
function librariesOf(prefix: string): string[] {
  return ["lib", "lib64", "include"].map((name) => join(prefix, name));
}

/** A folder that is an environment of Python's or conda's and nothing else. */
async function isEnvironment(prefix: string, env: Env): Promise<boolean> {
  const marks = await Promise.all(
    ["pyvenv.cfg", "conda-meta"].map((name) => env.files.kind(join(prefix, name)).catch(() => undefined)),
  );
  return marks.some((kind) => kind !== undefined);
}

/** The installation that a virtual environment was made from. */
async function homeOf(prefix: string, env: Env): Promise<string[]> {
  const text = await env.files.readText(join(prefix, "pyvenv.cfg")).catch(() => "");
  const [, home] = /^home\s*=\s*(.+?)\s*$/m.exec(text) ?? [];
  return home === undefined ? [] : [dirname(home), dirname(dirname(await realPath(join(home, "python3"))))];
}

/** `#!PYTHON`; where that would be too long or has a space in it, a shell is told to run it. */
async function interpreterOf(file: string, env: Env): Promise<string | undefined> {
  const text = await env.files.readText(file).catch(() => "");
  const [, quoted] = /^#!\/bin\/sh\r?\n'''exec' "?(\/[^"\n]+?)"? "\$0" "\$@"/.exec(text) ?? [];
  const [, plain] = /^#!\s*(\/\S*python[\w.]*)\b/.exec(text) ?? [];
  return quoted ?? plain;
}

/** No sensible chain of links is longer. */
const MOST_LINKS = 16;

/** A path and those that it leads to, one link at a time: a place without one of them has no way to the last. */
async function linksFrom(path: string): Promise<string[]> {
  const found = [path];
  while (found.length < MOST_LINKS) {
    const link = await Deno.readLink(found.at(-1)!).catch(() => undefined);
    if (link === undefined) break;
    found.push(resolve(dirname(found.at(-1)!), link));
  }
  return found;
}

/** Where links lead; the path itself where nothing is or nobody may look. */
async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}
