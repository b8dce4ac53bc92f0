import { join } from "node:path";
import { connectionsIn } from "../config/connections.ts";
import { type Env, flwrHome } from "../env.ts";
import { complete } from "./complete.ts";

/**
 * What the scripts of `scripts.ts` ask for: `__complete line TEXT` with a command line up to the cursor, or
 * `__complete words PROGRAM WORD...` with its words. Answers with a line for each word that may stand there, the word
 * and what it is behind a tab, and at last a line `:files` or `:folders` where a path may.
 */
export async function answerCompletion(args: readonly string[], env: Env): Promise<number> {
  const [how, ...given] = args;
  const [program = "", ...words] = how === "line" ? wordsIn(given.join(" ")) : given;
  const programName = program.split(/[\\/]/).at(-1)!.replace(/\.exe$/i, "");
  const { words: found, paths } = await complete({ programName, words }, () => connectionNames(env));
  const lines = found.map(([word, about]) => `${word}\t${about.replaceAll(/\s+/g, " ")}`);
  env.stdout([...lines, ...paths ? [`:${paths}s`] : []].map((line) => `${line}\n`).join(""));
  return 0;
}

/** The names in `config.toml`, when it is there and can be read: completion is no place for complaints. */
async function connectionNames(env: Env): Promise<readonly string[]> {
  const path = join(flwrHome(env), "config.toml");
  try {
    return connectionsIn(await env.files.readText(path), path).names;
  } catch {
    return [];
  }
}

/** The words of a line as a POSIX shell takes them; the last one may still be open, or empty. */
export function wordsIn(line: string): string[] {
  const words = [""];
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (char === quote) quote = "";
    else if (char === "\\" && quote !== "'" && at + 1 < line.length) words[words.length - 1] += line[++at];
    else if (!quote && (char === '"' || char === "'")) quote = char;
    else if (!quote && /\s/.test(char)) words.push("");
    else words[words.length - 1] += char;
  }
  return words.filter((word, index) => word !== "" || index === words.length - 1);
}
