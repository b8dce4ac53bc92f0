import { isAbsolute, join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { type Env, flwrHome } from "../env.ts";
import { UserError } from "../output.ts";

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
  const path = join(flwrHome(env), "config.toml");
  if (await env.files.kind(path) === undefined) {
    await env.files.makeFolder(flwrHome(env));
    await env.files.write(path, FIRST_CONTENT);
    notice(`\nFlower configuration not found. Created default configuration at ${path}\n\n`);
  }
  return connectionsIn(await env.files.readText(path), path);
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
    throw new UserError(
      `SuperLink connection '${name}' not found in the Flower configuration file (${path}).`,
      { hint: `Name one of: ${names.join(", ")}. Or add a table [superlink.${name}] with an address` },
    );
  };
  return { path, defaultName, names, get };
}

type TomlTable = Record<string, unknown>;

function tables(text: string, path: string): TomlTable {
  try {
    return parse(text);
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
  return { name, address, insecure, rootCertificates, federation };
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
  number: "number",
  bigint: "int",
};

function bad(path: string, why: string): UserError {
  return new UserError(`Failed to parse the Flower configuration file (${path}). ${why}`);
}
