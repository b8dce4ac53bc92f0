import { isAbsolute, join, resolve } from "node:path";
import type { PeerCertificate } from "../core/io/grpc/tls_credentials.ts";
import type { Clock, Random } from "../core/io/ports.ts";
import type { Transport } from "../core/rpc/transport.ts";
import type { Detached } from "./detached.ts";

/**
 * What a command may touch. Nothing under `cli/main.ts` reads a global, writes to a stream of its own or ends
 * the process, so a test can run any command in process and see all it did.
 */
export interface Env {
  /** The name the program was called by, without folder and `.exe`: `corolla`, `flower-superlink`, `flwr`… */
  readonly programName: string;
  /** The words by which the running command was called, for `--help`: `corolla flwr run`, `flower-superlink`. */
  readonly calledAs: string;
  /** Results: what a script would read. */
  stdout(text: string): void;
  /** Everything else: log lines, progress, errors. See `cli/output.ts`. */
  stderr(text: string): void;
  /** The lines of standard input, without their line ends; ends when the other side closes it. */
  stdinLines(): AsyncIterable<string>;
  /**
   * Asks at the terminal for something that must not be seen. Undefined when there is none, or the person has enough
   * of it.
   */
  askSecret(question: string): Promise<string | undefined>;
  /** Which streams are a terminal. */
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Width of the terminal in characters; 80 where there is none. */
  readonly columns: number;
  /** The folder that relative paths start from, absolute. */
  readonly cwd: string;
  /** An environment variable; undefined when it is not set. */
  get(name: string): string | undefined;
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Calls `listener` for each SIGINT, SIGTERM or SIGQUIT instead of ending the process.
   * @returns a function that stops listening
   */
  onInterrupt(listener: (signal: InterruptSignal) => void): () => void;
  /**
   * Starts this very program again in a role; it goes on when this process ends.
   * @param words the role and its flags
   * @throws {UserError} when no program may be started
   */
  startDetached(words: readonly string[]): Promise<Detached>;
  /** Opens a way to a SuperLink or an AppIo API. The caller closes it. */
  connect(target: ConnectTarget): Promise<Transport>;
}

/** The signals that ask a program to end in good order. */
export type InterruptSignal = "SIGINT" | "SIGTERM" | "SIGQUIT";

/** Where to connect and whom to trust there. */
export interface ConnectTarget {
  /** `host:port`. */
  readonly address: string;
  /** `insecure`, or TLS with the given roots (PEM); without them the system's. */
  readonly tls: "insecure" | {
    readonly rootCertificates?: Uint8Array;
    /** Hears of the certificate that is shown there. */
    readonly onCertificate?: (certificate: PeerCertificate) => void;
  };
}

/** Files as commands use them. Paths are absolute: see {@link resolvePath}. */
export interface Files {
  /** What stands at a path; undefined for nothing. Follows links. */
  kind(path: string): Promise<"file" | "folder" | "other" | undefined>;
  /** @throws {Error} when there is no such file or it may not be read */
  read(path: string): Promise<Uint8Array>;
  /** Like {@link read}, as UTF-8 text. */
  readText(path: string): Promise<string>;
  /**
   * Writes a file whole or not at all.
   * @throws {Error} when it exists and `mustBeNew` is set, or when it cannot be written
   */
  write(path: string, content: Uint8Array | string, options?: WriteOptions): Promise<void>;
  /** Makes a folder and those above it; one that is there is fine. */
  makeFolder(path: string, options?: { mode?: number }): Promise<void>;
  /** The names in a folder, sorted. */
  list(path: string): Promise<{ name: string; kind: "file" | "folder" | "other" }[]>;
  /** Removes a file, or a folder with all it holds; nothing there is fine. */
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

/** How a file is written. */
export interface WriteOptions {
  /** Permission bits of a new file, `0o644` unless told. */
  readonly mode?: number;
  /** Refuse to replace a file. */
  readonly mustBeNew?: boolean;
}

/** A path as the user wrote it, made absolute: `~/` is their home, relative ones start at the working folder. */
export function resolvePath(env: Pick<Env, "cwd" | "get">, path: string): string {
  if (path === "~" || path.startsWith("~/")) return join(homeFolder(env), path.slice(1));
  return isAbsolute(path) ? resolve(path) : resolve(env.cwd, path);
}

/** Where Flower keeps its files: `$FLWR_HOME`, else `~/.flwr`. Absolute. */
export function flwrHome(env: Pick<Env, "cwd" | "get">): string {
  const named = env.get("FLWR_HOME");
  return named ? resolvePath(env, named) : join(homeFolder(env), ".flwr");
}

function homeFolder(env: Pick<Env, "cwd" | "get">): string {
  return env.get("HOME") || env.get("USERPROFILE") || env.cwd;
}
