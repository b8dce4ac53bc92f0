import type { Init, SimulationConfig } from "../../proto/mod.ts";
import { UserError } from "../output.ts";
import { nearest } from "./nearest.ts";
import { parseWords } from "./run_config.ts";

/** How a simulation runs; what is not set is the SuperLink's choice. */
export type Simulation = Init<SimulationConfig>;

type Kind = "int" | "float" | "bool" | "str";

/** Every setting: its name, its kind, and where it stands in the `options` of an old connection. */
const SETTINGS: Readonly<Record<keyof SimulationConfig, { kind: Kind; option: string }>> = {
  num_supernodes: { kind: "int", option: "num-supernodes" },
  client_resources_num_cpus: { kind: "int", option: "backend.client-resources.num-cpus" },
  client_resources_num_gpus: { kind: "float", option: "backend.client-resources.num-gpus" },
  backend: { kind: "str", option: "backend.name" },
  verbose: { kind: "bool", option: "verbose" },
  init_args_num_cpus: { kind: "int", option: "backend.init-args.num-cpus" },
  init_args_num_gpus: { kind: "int", option: "backend.init-args.num-gpus" },
  init_args_logging_level: { kind: "str", option: "backend.init-args.logging-level" },
  init_args_log_to_driver: { kind: "bool", option: "backend.init-args.log-to-driver" },
};

/** Settings of our own backend: they travel behind its name. What each adds there. */
const BACKEND_SETTINGS: Readonly<Record<string, { kind: Kind; word: (value: unknown) => string }>> = {
  seed: { kind: "int", word: (value) => `seed=${value}` },
  fresh_workers: { kind: "bool", word: (value) => value ? "fresh" : "" },
};

const EXPECTED: Record<Kind, string> = {
  int: "a whole number of at least 0",
  float: "a number of at least 0",
  bool: "true or false",
  str: "a text",
};

/** Reads `--federation-config`, given any number of times. @throws {UserError} */
export function readFederationConfig(given: readonly string[]): Simulation | undefined {
  if (given.length === 0) return undefined;
  const settings: Record<string, unknown> = {};
  const words: string[] = [];
  for (const [key, value] of parseWords("--federation-config", given)) {
    const name = key.replaceAll("-", "_");
    const place = `--federation-config: ${key}`;
    if (Object.hasOwn(BACKEND_SETTINGS, name)) {
      const { kind, word } = BACKEND_SETTINGS[name];
      words.push(word(checked(value, place, kind)));
    } else if (Object.hasOwn(SETTINGS, name)) settings[name] = checked(value, place, kindOf(name));
    else throw unknownSetting(key);
  }
  if (words.length > 0) settings.backend = withOptions(settings.backend as string | undefined, words);
  return settings;
}

function withOptions(backend = "deno", words: readonly string[]): string {
  const options = words.filter((word) => word !== "");
  return options.length === 0 ? backend : `${backend}:${options.join(",")}`;
}

/**
 * Reads the `options` that a connection for simulations had before there was `--federation-config`. Keys that
 * nobody knows are left out.
 * @throws {Error} why they cannot be used
 */
export function simulationIn(options: Readonly<Record<string, unknown>>): Simulation {
  const settings: Record<string, unknown> = {};
  for (const [name, { kind, option }] of Object.entries(SETTINGS)) {
    const value = valueAt(options, option);
    if (value !== undefined) settings[name] = checked(value, `options.${option}`, kind);
  }
  if (settings.num_supernodes === undefined) throw new Error("options.num-supernodes must be given");
  return settings;
}

function kindOf(name: string): Kind {
  return SETTINGS[name as keyof SimulationConfig].kind;
}

function valueAt(table: Readonly<Record<string, unknown>>, path: string): unknown {
  let found: unknown = table;
  for (const key of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** The value as messages carry it; TOML's whole numbers come as `bigint`. */
function checked(value: unknown, name: string, kind: Kind): unknown {
  const number = typeof value === "bigint" ? Number(value) : value;
  const good = kind === "str"
    ? typeof value === "string"
    : kind === "bool"
    ? typeof value === "boolean"
    : typeof number === "number" && number >= 0 && (kind === "float" || fitsUint32(number));
  if (good) return number;
  throw new UserError(`Cannot use ${name} as it must be ${EXPECTED[kind]}: current value is ${value}`);
}

function fitsUint32(value: number): boolean {
  return Number.isInteger(value) && value < 2 ** 32;
}

function unknownSetting(key: string): UserError {
  const names = [...Object.keys(SETTINGS), ...Object.keys(BACKEND_SETTINGS)].map((name) =>
    name.replaceAll("_", "-")
  );
  const like = nearest(key, names);
  return new UserError(`Cannot use --federation-config: there is no setting ${key} of a simulation`, {
    hint: like ? `Did you mean ${like}?` : `There are: ${names.join(", ")}`,
  });
}
