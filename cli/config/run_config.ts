import type { ConfigScalar, UserConfig } from "../../core/model/user_config.ts";
import { FabError } from "../../core/wire/fab/error.ts";
import { configPairs, parseConfigWords, parseRunConfig } from "../../core/wire/fab/run_config.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/** Reads `--run-config`, given any number of times. @throws {UserError} */
export async function readRunConfig(given: readonly string[], env: Env): Promise<UserConfig> {
  if (!given.some((arg) => arg.endsWith(".toml"))) return parseWords("--run-config", given);
  const [path] = given;
  try {
    return (await parseRunConfig(given, (path) => read(path, env))).config;
  } catch (error) {
    if (!(error instanceof FabError)) throw error;
    throw given.length > 1
      ? new UserError(error.message, { hint: "Name one .toml file, or write every setting as KEY=VALUE" })
      : new UserError(fileTrouble(path, error.message));
  }
}

function fileTrouble(path: string, message: string): string {
  const wrongKind = /^The value for key (\S+)/.exec(message);
  if (wrongKind) {
    return `Cannot use ${path}: the value of ${wrongKind[1]} must be a number, true, false, or a text`;
  }
  return message.startsWith("Cannot") ? message : `Cannot use ${path}: ${message}`;
}

/** Reads `--node-config`. @throws {UserError} */
export function readNodeConfig(given: readonly string[]): Promise<UserConfig> {
  return new Promise((resolve) => resolve(parseWords("--node-config", given)));
}

/**
 * Reads settings written `KEY=VALUE`, any number of them in one argument, later arguments over earlier ones. What
 * Flower would drop without a word is refused: a run with half of its settings helps nobody.
 * @throws {UserError} that names the piece which is wrong
 */
export function parseWords(flag: string, given: readonly string[]): Map<string, ConfigScalar> {
  for (const arg of given) {
    const wrong = wrongIn(arg);
    if (wrong) throw new UserError(`Cannot use ${flag}: ${wrong.what}`, { hint: wrong.hint(flag) });
  }
  return parseConfigWords(given).config;
}

interface Wrong {
  readonly what: string;
  readonly hint: (flag: string) => string;
}

/** What of an argument cannot be read. */
function wrongIn(arg: string): Wrong | undefined {
  try {
    const { ignored, config } = parseConfigWords([arg]);
    if (ignored.length > 0) return notAPair(ignored[0]);
    const tooLarge = [...config].find(([, value]) =>
      typeof value === "bigint" && BigInt.asIntN(64, value) !== value
    );
    return tooLarge && {
      what: `${tooLarge[0]} must fit 64 bits: current value is ${tooLarge[1]}`,
      hint: () => `As a number with a fraction it may be larger: ${tooLarge[0]}=${tooLarge[1]}.0`,
    };
  } catch (error) {
    if (!(error instanceof FabError)) throw error;
  }
  for (const pair of configPairs(arg)) {
    if (!isGood(pair)) return wrongPair(pair);
  }
  return { what: `"${arg}" sets a key twice`, hint: () => "Name each key once" };
}

function notAPair(text: string): Wrong {
  return {
    what: `"${text}" must be written KEY=VALUE, without blanks at the =`,
    hint: (flag) => `For instance: ${flag} 'rounds=3 name="x y"'`,
  };
}

function isGood(pair: string): boolean {
  try {
    return parseConfigWords([pair]).config.size > 0;
  } catch (error) {
    if (error instanceof FabError) return false;
    throw error;
  }
}

/** What is wrong with one pair: its value, unless that is good under another name. */
function wrongPair(pair: string): Wrong {
  const [key, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
  if (isGood(`key=${value}`)) {
    return {
      what: `"${key}" is no key: it must be letters, digits, hyphens, underscores, and dots between them`,
      hint: () => "Settings are separated by blanks",
    };
  }
  if (/,[^=]+=/.test(value)) {
    const apart = pair.replaceAll(",", " ");
    return {
      what: `${pair} must be written with blanks between the settings`,
      hint: (flag) => `For instance: ${flag} '${apart}'`,
    };
  }
  const like = /^(true|false)$/i.test(value)
    ? `${key}=${value.toLowerCase()}`
    : `'${key}="${value.replace(/["']/g, "")}"'`;
  return {
    what: `the value of ${pair} must be a number, true, false, or a text in quotes`,
    hint: (flag) => `For instance: ${flag} ${like}`,
  };
}

async function read(named: string, env: Env): Promise<string> {
  const path = resolvePath(env, named);
  if (await env.files.kind(path) === "file") return await env.files.readText(path);
  const [key, value] = named.split("=", 2);
  throw new UserError(`Cannot read ${named}: --run-config must name a file, or be written KEY=VALUE`, {
    hint: value === undefined ? undefined : `A text stands in quotes: '${key}="${value}"'`,
  });
}
