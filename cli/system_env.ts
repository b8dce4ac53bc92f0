import process from "node:process";
import { systemClock } from "../core/io/clock.ts";
import { systemRandom } from "../core/io/random.ts";
import { diskFiles } from "./disk_files.ts";
import type { Env, InterruptSignal } from "./env.ts";
import { secretLine } from "./secret_line.ts";

/** The real world. Made once, by `main`. */
export function systemEnv(): Env {
  const name = programName();
  const env: Env = {
    programName: name,
    calledAs: name,
    stdout: (text) => writeAll(Deno.stdout, text),
    stderr: (text) => writeAll(Deno.stderr, text),
    stdinLines,
    askSecret,
    isTerminal: {
      stdin: Deno.stdin.isTerminal(),
      stdout: Deno.stdout.isTerminal(),
      stderr: Deno.stderr.isTerminal(),
    },
    columns: columns(),
    cwd: workingFolder(),
    get: variable,
    files: diskFiles,
    clock: systemClock,
    random: systemRandom,
    onInterrupt,
    startDetached: async (words) => await (await import("./detached.ts")).startDetached(words, env),
    connect: async ({ address, tls }) =>
      (await import("../core/io/grpc/client.ts")).connectGrpc({ address, tls }),
  };
  return env;
}

/** A link's or a copy's name decides which command runs; from source it is always ours. */
function programName(): string {
  if (!Deno.build.standalone) return "corolla";
  const name = (process.argv0 || Deno.execPath()).split(/[\\/]/).at(-1) ?? "";
  return name.replace(/\.exe$/i, "") || "corolla";
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      // A pipe that others share may be non-blocking and full.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
    }
  }
}

async function askSecret(question: string): Promise<string | undefined> {
  if (!Deno.stdin.isTerminal() || !Deno.stderr.isTerminal()) return undefined;
  // First, so that nothing is shown of what somebody types ahead.
  Deno.stdin.setRaw(true);
  writeAll(Deno.stderr, question);
  try {
    return await secretLine(Deno.stdin);
  } finally {
    Deno.stdin.setRaw(false);
    writeAll(Deno.stderr, "\n");
  }
}

async function* stdinLines(): AsyncIterable<string> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest) yield rest;
}

/** `COLUMNS` wins, then the terminal; where neither is known lines are as long as they need to be. */
function columns(): number {
  const told = Number(variable("COLUMNS"));
  if (Number.isInteger(told) && told > 0) return told;
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** Undefined also where the program may not read it. */
function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

function workingFolder(): string {
  return process.cwd();
}

const SIGNALS: readonly InterruptSignal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGQUIT"];

function onInterrupt(listener: (signal: InterruptSignal) => void): () => void {
  const listeners = SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, heard] of listeners) Deno.addSignalListener(signal, heard);
  return () => {
    for (const [signal, heard] of listeners) Deno.removeSignalListener(signal, heard);
  };
}
