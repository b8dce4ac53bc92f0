import { dirname } from "node:path";
import { UsageError } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { shellFrom } from "./completion.ts";
import { completionScript, type Shell } from "./scripts.ts";

/** Where each shell finds a script of its own, and the line that has to be in its start file for that. */
const PLACES: Readonly<Record<Shell, { script: string; start?: { file: string; lines: string } }>> = {
  bash: {
    script: "~/.bash_completions/NAME.sh",
    start: { file: "~/.bashrc", lines: "source '$HOME/.bash_completions/NAME.sh'" },
  },
  zsh: {
    script: "~/.zfunc/_NAME",
    start: { file: "~/.zshrc", lines: "fpath+=~/.zfunc; autoload -Uz compinit; compinit" },
  },
  fish: { script: "~/.config/fish/completions/NAME.fish" },
};

/** `flwr --show-completion [SHELL]`: prints the script of the present shell. */
export function showCompletion(args: readonly string[], env: Env): number {
  env.stdout(completionScript(shellOf(args, env), [env.programName]));
  return 0;
}

/** `flwr --install-completion [SHELL]`: puts the script where the present shell finds it. */
export async function installCompletion(args: readonly string[], env: Env): Promise<number> {
  const shell = shellOf(args, env);
  const own = (text: string) => text.replaceAll("NAME", env.programName);
  const { script, start } = PLACES[shell];
  const path = resolvePath(env, own(script));
  await env.files.makeFolder(dirname(path));
  await env.files.write(path, completionScript(shell, [env.programName]));
  if (start) await addLine(resolvePath(env, start.file), own(start.lines), env);
  env.stdout(`${shell} completion installed in ${path}\nIt works in the next shell that you start\n`);
  return 0;
}

/** Adds a line to a file unless it is there. */
async function addLine(path: string, line: string, env: Env): Promise<void> {
  const before = await env.files.kind(path) === "file" ? await env.files.readText(path) : "";
  if (before.split("\n").includes(line)) return;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  await env.files.write(path, `${before}${gap}${line}\n`);
}

/** The shell that is named, or the one that the user logs in with. @throws {UsageError} */
function shellOf([named]: readonly string[], env: Env): Shell {
  const login = env.get("SHELL")?.split("/").at(-1);
  if (named !== undefined) return shellFrom(named);
  if (login) return shellFrom(login);
  throw new UsageError("Cannot tell which shell this is as SHELL is not set", "Name it: bash, zsh or fish");
}
