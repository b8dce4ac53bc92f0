import type { Detached } from "../../cli/detached.ts";
import { UserError } from "../../cli/output.ts";
import { diskFiles } from "../../cli/disk_files.ts";
import type { ConnectTarget, Env, InterruptSignal } from "../../cli/env.ts";
import type { Transport } from "../../core/rpc/transport.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { FakeClock } from "./clock.ts";
import { FakeRandom } from "./random.ts";

/** What a {@link FakeEnv} starts with; everything has a plain default. */
export interface FakeEnvOptions {
  readonly programName?: string;
  /** Environment variables. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Lines of standard input. */
  readonly stdin?: readonly string[];
  /** What the user types where nothing is shown, one after the other. */
  readonly secrets?: readonly string[];
  /** Whether all three streams are a terminal. */
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly clock?: FakeClock;
  /** Plays the processes that are started; unless told, none may be. */
  readonly startDetached?: (words: readonly string[]) => Detached;
  /** Answers connections; unless told, nobody is there. */
  readonly connect?: (target: ConnectTarget) => Transport | undefined | Promise<Transport | undefined>;
}

/** An {@link Env} that keeps what a command said and lets the test play the user. Files are the real ones. */
export interface FakeEnv extends Env {
  readonly clock: FakeClock;
  /** All that was written to standard output. */
  readonly out: () => string;
  /** All that was written to standard error. */
  readonly err: () => string;
  /** Presses Ctrl-C, or sends another signal. */
  interrupt(signal?: InterruptSignal): void;
}

/** Makes a world for one command. */
export function fakeEnv(options: FakeEnvOptions = {}): FakeEnv {
  const { programName = "corolla", variables = {}, terminal = false, clock = new FakeClock() } = options;
  const listeners = new Set<(signal: InterruptSignal) => void>();
  const secrets = [...options.secrets ?? []];
  let out = "";
  let err = "";
  return {
    programName,
    calledAs: programName,
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    stdinLines: async function* () {
      yield* options.stdin ?? [];
    },
    askSecret: (question) => {
      if (!terminal) return Promise.resolve(undefined);
      err += question;
      return Promise.resolve(secrets.shift());
    },
    isTerminal: { stdin: terminal, stdout: terminal, stderr: terminal },
    columns: options.columns ?? 110,
    cwd: options.cwd ?? "/nowhere",
    get: (name) => variables[name],
    files: diskFiles,
    clock,
    random: new FakeRandom(),
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    startDetached: (words) => {
      if (options.startDetached) return Promise.resolve(options.startDetached(words));
      return Promise.reject(new UserError("Cannot start a SuperLink on this machine: this is a test"));
    },
    async connect(target) {
      return await options.connect?.(target) ?? nobody(target.address);
    },
    out: () => out,
    err: () => err,
    interrupt(signal = "SIGINT") {
      for (const listener of listeners) listener(signal);
    },
  };
}

/** A way to where nobody is. */
function nobody(address: string): Transport {
  const refused = () => Promise.reject(new RpcError("UNAVAILABLE", `Cannot connect to ${address}`));
  return {
    address,
    unary: refused,
    async *stream() {
      yield await refused();
    },
    ready: refused,
    close: () => {},
  };
}
