import type { ConfigScalar, UserConfig } from "../../model/user_config.ts";
import { FabError } from "./error.ts";
import { isTable, parseToml, type TomlTable, TomlTextError, type TomlValue } from "./toml.ts";

const PAIR = /(\S+?)=('[^']*'|"[^"]*"|\S+)/g;
const FORMAT_HELP =
  "The provided configuration string is in an invalid format. The correct format should be, e.g., " +
  "'key1=123 key2=false key3=\"string\"', where values must be of type bool, int, string, or float. " +
  "Ensure proper formatting with space-separated key-value pairs.";

/** Nested tables as one list of dotted keys, in order. @throws {FabError} for a list or a date */
export function flattenConfig(table: TomlTable): Map<string, ConfigScalar> {
  const flat = new Map<string, ConfigScalar>();
  const visit = (value: TomlValue, key: string) => {
    if (isTable(value)) {
      for (const [name, inner] of Object.entries(value)) visit(inner, key ? `${key}.${name}` : name);
    } else if (typeof value === "object") {
      const name = key.slice(key.lastIndexOf(".") + 1);
      throw new FabError(
        `The value for key ${name} needs to be of type \`int\`, \`float\`, \`bool, \`str\`, or  a \`dict\` of those.`,
      );
    } else flat.set(key, value);
  };
  visit(table, "");
  return flat;
}

/** What the words of `--run-config`, `--node-config` or `--federation-config` say. */
export interface ParsedConfig {
  readonly config: Map<string, ConfigScalar>;
  /** Text that is no `key=value` pair. Flower skips it silently; a careful caller refuses it. */
  readonly ignored: readonly string[];
}

/**
 * Reads `key=value` words, each argument holding any number of them. Later arguments add to and overrule
 * earlier ones, key by key: unlike with Flower, `a.x=1` and `a.y=2` given apart are both kept.
 *
 * @throws {FabError} when a value is no TOML scalar, or a key stands twice in one argument
 */
export function parseConfigWords(args: readonly string[]): ParsedConfig {
  const config = new Map<string, ConfigScalar>();
  const ignored: string[] = [];
  for (const arg of args) {
    for (const [key, value] of flattenConfig(tomlOf(arg))) {
      dropShadowed(config, key);
      config.set(key, value);
    }
    const rest = arg.replaceAll(PAIR, " ").trim();
    if (rest) ignored.push(rest);
  }
  return { config, ignored };
}

/** `a=1` after `a.x=1` replaces the table, and the other way round. */
function dropShadowed(config: Map<string, ConfigScalar>, key: string) {
  for (const other of config.keys()) {
    if (other.startsWith(`${key}.`) || key.startsWith(`${other}.`)) config.delete(other);
  }
}

/** The `key=value` pairs in one argument, as they are written. */
export function configPairs(arg: string): string[] {
  return [...arg.matchAll(PAIR)].map(([pair]) => pair);
}

function tomlOf(arg: string): TomlTable {
  try {
    return parseToml(configPairs(arg).join("\n"));
  } catch (error) {
    if (error instanceof TomlTextError) throw new FabError(FORMAT_HELP, { cause: error });
    throw error;
  }
}

/**
 * Reads `--run-config`: words as {@link parseConfigWords} takes them, or the path of one `.toml` file.
 * @param readFile gives the text of a `.toml` file
 * @throws {FabError}
 */
export async function parseRunConfig(
  args: readonly string[],
  readFile: (path: string) => Promise<string>,
): Promise<ParsedConfig> {
  if (!args.some((arg) => arg.endsWith(".toml"))) return parseConfigWords(args);
  if (args.length > 1) throw new FabError("TOML files cannot be passed alongside key-value pairs.");
  try {
    return { config: flattenConfig(parseToml(await readFile(args[0]))), ignored: [] };
  } catch (error) {
    if (error instanceof TomlTextError) {
      throw new FabError(`Cannot read "${args[0]}" as TOML: ${error.message}`);
    }
    throw error;
  }
}

/** The defaults of an app with a run's overrides put over them. @throws {FabError} for a key the app does not have */
export function fuseRunConfig(defaults: UserConfig, overrides: UserConfig): Map<string, ConfigScalar> {
  const fused = new Map(defaults);
  for (const [key, value] of overrides) {
    if (!fused.has(key)) throw new FabError(`Key '${key}' is not present in the main dictionary`);
    fused.set(key, value);
  }
  return fused;
}
