import { isAbsolute, join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { type Env, flwrHome } from "../env.ts";
import { UserError } from "../output.ts";
import { nearest } from "./nearest.ts";
import { type Simulation, simulationIn } from "./simulation.ts";

/** A SuperLink as `config.toml` names it. */
export interface Connection {
  readonly name: string;
  /** `host:port`, or one of the words that stand for a SuperLink on this machine. */
  readonly address: string;
  /** Whether the connection is not encrypted. */
  readonly insecure: boolean;
  /** Absolute path of the CA certificate; without it the system's roots count. */
  readonly rootCertificates?: string;
  /** `@account/federation`. */
  readonly federation?: string;
  /** Files and folders that apps may read, for a SuperLink that is started on this machine. Absolute paths. */
  readonly appRead?: readonly string[];
  /** How its simulations run, from the time when a connection said it. */
  readonly simulation?: Simulation;
}

/** All that `config.toml` says about SuperLinks. */
export interface Connections {
  /** Absolute path of the file. */
  readonly path: string;
  /** The connection that counts when none is named. */
  readonly defaultName?: string;
  readonly names: readonly string[];
  /** @throws {UserError} when there is none of that name, or what the file says about it cannot be used */
  get(name: string | undefined): Connection;
}

/** What a new `config.toml` holds. The first two connections are those that Flower writes. */
const FIRST_CONTENT = `[superlink]
default = "local"

[superlink.supergrid]
address = "supergrid.flower.ai"

[superlink.local]
address = ":local:"

[superlink.local-deployment]
address = "127.0.0.1:9093"
insecure = true
`;

/**
 * Reads `$FLWR_HOME/config.toml`, and makes it when there is none, saying so through `notice`.
 * @throws {UserError} when it cannot be read or is no TOML
 */
export async function readConnections(env: Env, notice: (text: string) => void): Promise<Connections> {
  const path = await ensureConfig(env, notice);
  return connectionsIn(await env.files.readText(path), path);
}

/**
 * Makes `$FLWR_HOME/config.toml` when there is none, saying so through `notice`.
 * @returns its absolute path
 * @throws {UserError} when it cannot be made, or is no file
 */
export async function ensureConfig(env: Env, notice: (text: string) => void): Promise<string> {
  const path = join(flwrHome(env), "config.toml");
  try {
    const kind = await env.files.kind(path);
    if (kind === "file") return path;
    if (kind !== undefined) throw new Error("it must be a file");
    await env.files.makeFolder(flwrHome(env));
    await env.files.write(path, FIRST_CONTENT);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Cannot use the Flower configuration file ${path}: ${reason}`, {
      hint: "Set FLWR_HOME to a folder that this user may write",
    });
  }
  notice(`\nFlower configuration not found. Created default configuration at ${path}\n\n`);
  return path;
}

/** The connections that a `config.toml` with this text names. `path` is for messages only. */
export function connectionsIn(text: string, path: string): Connections {
  const { superlink } = tables(text, path);
  if (!isTable(superlink)) {
    throw bad(path, `it must have a table [superlink] with a table for each connection`);
  }
  const { default: defaultName, ...sections } = superlink;
  if (defaultName !== undefined && typeof defaultName !== "string") {
    throw bad(path, `"default" in [superlink] must be the name of a connection`);
  }
  const names = Object.keys(sections);
  const get = (name = defaultName) => {
    if (name === undefined) {
      throw new UserError(`No SuperLink connection is named, and ${path} names no default`, {
        hint: `Name one of: ${names.join(", ")}. Or write default = "${names[0]}" under [superlink]`,
      });
    }
    if (Object.hasOwn(sections, name)) return connection(name, sections[name], path);
    throw notFound(name, { names, path, isDefault: name === defaultName });
  };
  return { path, defaultName, names, get };
}

function notFound(
  name: string,
  { names, path, isDefault }: { names: readonly string[]; path: string; isDefault: boolean },
): UserError {
  const why = isDefault ? ` Please check that the default connection '${name}' is defined in it.` : "";
  const like = nearest(name, names);
  const choice = like ? `Did you mean ${like}?` : `Name one of: ${names.join(", ")}.`;
  return new UserError(
    `SuperLink connection '${name}' not found in the Flower configuration file (${path}).${why}`,
    { hint: `${choice} Or add a table [superlink.${name}] with an address` },
  );
}

type TomlTable = Record<string, unknown>;

function tables(text: string, path: string): TomlTable {
  try {
    return parse(text, { integersAsBigInt: true });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [sentence] = error.message.split("\n");
    throw bad(path, `line ${error.line}, column ${error.column}: ${sentence}`);
  }
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function connection(name: string, section: unknown, path: string): Connection {
  if (!isTable(section)) throw bad(path, `[superlink.${name}] must be a table`);
  const text = (key: string) => valueOf<string>(section, { key, kind: "str", name, path });
  const address = text("address") ?? (section.options === undefined ? undefined : ":local:");
  const insecure = valueOf<boolean>(section, { key: "insecure", kind: "bool", name, path }) ?? false;
  const rootCertificates = text("root-certificates");
  const federation = text("federation");
  const simulation = section.options === undefined ? undefined : optionsOf(section.options, { name, path });
  if (address === undefined) throw bad(path, `'address' must be given for connection '${name}'`);
  if (rootCertificates !== undefined && insecure) {
    throw bad(
      path,
      `connection '${name}' has both insecure = true and root-certificates: remove one of them`,
    );
  }
  if (rootCertificates !== undefined && !isAbsolute(rootCertificates)) {
    throw bad(
      path,
      `'root-certificates' of connection '${name}' must be an absolute path: current value is ${rootCertificates}`,
    );
  }
  if (federation !== undefined && !isFederationName(federation)) {
    throw bad(path, `${wrongFederation(federation)} It is that of connection '${name}'.`);
  }
  const appRead = appReadOf(section["allow-app-read"], { name, path });
  const more = { ...simulation && { simulation }, ...appRead && { appRead } };
  return { name, address, insecure, rootCertificates, federation, ...more };
}

function appReadOf(paths: unknown, { name, path }: { name: string; path: string }): string[] | undefined {
  if (paths === undefined) return undefined;
  const isPath = (value: unknown) => typeof value === "string" && isAbsolute(value);
  if (Array.isArray(paths) && paths.every(isPath)) return paths;
  throw bad(path, `'allow-app-read' of connection '${name}' must be a list of absolute paths`);
}

/** Whether a text is the whole name of a federation. */
export function isFederationName(text: string): boolean {
  return /^@[a-zA-Z0-9_-]+\/[a-zA-Z0-9_-]+$/.test(text);
}

/** Why {@link isFederationName} says no. */
export function wrongFederation(text: string): string {
  return `Invalid federation format: ${text}. Expected format: '@<account-name>/<federation-name>'.`;
}

function optionsOf(options: unknown, { name, path }: { name: string; path: string }): Simulation {
  if (!isTable(options)) {
    throw bad(path, `Invalid value for key 'options' in connection '${name}': expected a table.`);
  }
  try {
    return simulationIn(options);
  } catch (error) {
    throw bad(path, `Connection '${name}': ${(error as Error).message}`);
  }
}

function valueOf<Value>(
  section: TomlTable,
  where: { key: string; kind: "str" | "bool"; name: string; path: string },
): Value | undefined {
  const { key, kind, name, path } = where;
  const value = section[key];
  if (value === undefined) return undefined;
  const found = PYTHON_NAMES[typeof value] ?? (Array.isArray(value) ? "list" : "dict");
  if (found === kind) return value as Value;
  throw bad(
    path,
    `Invalid value for key '${key}' in connection '${name}': expected ${kind}, but got ${found}.`,
  );
}

/** TOML's kinds by the names that Flower's own messages use. */
const PYTHON_NAMES: Record<string, string | undefined> = {
  string: "str",
  boolean: "bool",
  number: "float",
  bigint: "int",
};

function bad(path: string, why: string): UserError {
  return new UserError(`Failed to parse the Flower configuration file (${path}). ${why}`);
}
