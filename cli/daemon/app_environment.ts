import { join } from "node:path";
import type { Env } from "../env.ts";

/** Variables that app processes get as they are. Whatever else the daemon was given stays with it. */
const PASSED = [
  "COLUMNS",
  "CUDA_VISIBLE_DEVICES",
  "FLWR_LOG_LEVEL",
  "HIP_VISIBLE_DEVICES",
  "HOME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "MKL_NUM_THREADS",
  "NO_COLOR",
  "NVIDIA_VISIBLE_DEVICES",
  "OMP_NUM_THREADS",
  "OPENBLAS_NUM_THREADS",
  "PATH",
  "PYTHONPATH",
  "TERM",
  "TZ",
  // Without these nothing starts on Windows, and Deno does not find its modules.
  "LOCALAPPDATA",
  "PATHEXT",
  "SYSTEMROOT",
  "USERPROFILE",
];

/** Variables that lead to Deno's modules. */
const DENO = ["DENO_DIR", "XDG_CACHE_HOME"];

/** The names of the variables that {@link appEnvironment} looks at. */
export function variablesForApps(granted: readonly string[]): string[] {
  return [...PASSED, ...DENO, "PYTHONUSERBASE", ...granted.map((word) => splitWord(word)[0])];
}

/**
 * The environment of app processes.
 * @param granted what the operator adds: `NAME`, with the value that it has here, or `NAME=VALUE`
 */
export function appEnvironment(
  env: Env,
  { granted }: { granted: readonly string[] },
): Record<string, string> {
  const home = env.get("HOME");
  const found: Record<string, string | undefined> = {
    // Either would ask its makers for news, from a process that is to reach nobody but its AppIo service.
    DENO_NO_UPDATE_CHECK: "1",
    FLWR_DISABLE_UPDATE_CHECK: "1",
    FLWR_TELEMETRY_ENABLED: "0",
    // Python asks for a name to call its user by, and would look into a file that says more.
    LOGNAME: "app",
    USER: "app",
    PYTHONUSERBASE: env.get("PYTHONUSERBASE") ?? (home && join(home, ".local")),
    DENO_DIR: denoFolder(env),
  };
  for (const name of PASSED) found[name] = env.get(name);
  for (const word of granted) {
    const [name, value] = splitWord(word);
    found[name] = value ?? env.get(name);
  }
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => !!entry[1]));
}

/** Where Deno keeps modules, for a process with another home; undefined where it is none of ours, or found anyway. */
export function denoFolder(env: Env): string | undefined {
  if (Deno.build.standalone) return undefined;
  const named = env.get("DENO_DIR");
  if (named !== undefined || Deno.build.os !== "linux") return named;
  const cache = env.get("XDG_CACHE_HOME") ?? (env.get("HOME") && join(env.get("HOME")!, ".cache"));
  return cache && join(cache, "deno");
}

function splitWord(word: string): [name: string, value: string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
