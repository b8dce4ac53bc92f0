/**
 * Real processes for the tests that let our parts work with the official ones.
 *
 * `COROLLA_PEER` names the bin folder of an environment with the official package; our parts find the Python app
 * processes there, too. `COROLLA_BINARY` names a compiled corolla to test instead of the sources. With
 * `COROLLA_WATCH=1` everything that anybody says is shown at once, with the time.
 */
import { fileURLToPath } from "node:url";
import { removeFolder } from "../fakes/remove_folder.ts";

/** Who made a part. */
export type Maker = "ours" | "official";

/** A program of Flower's that both sides have. */
export type Program = "superlink" | "supernode" | "superexec" | "flwr";

/** A program that only we have. */
export type Tool = "certs" | "keys";

/** A process that stays until the test is over. */
export interface Role {
  /** As the order named it. */
  readonly name: string;
  /** Everything it has said so far, without colours. */
  said(): string;
  /** The first match in what it says. @throws {Error} when it ends, or says nothing such for two minutes */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  /** SIGTERM, and SIGKILL when it has not left after some seconds. */
  stop(): Promise<Deno.CommandStatus>;
  /** SIGKILL. */
  kill(): Promise<Deno.CommandStatus>;
}

/** How a command ended and what it said, without colours. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test starts. */
export interface Order {
  readonly maker: Maker;
  readonly program: Program | Tool;
  readonly args: readonly string[];
  /** Whose log it is, and whose `FLWR_HOME` unless told; unique in a test for everything that stays. */
  readonly name: string;
  /** Whose `FLWR_HOME` it is: what is started anew finds its own again. */
  readonly home?: string;
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** The bin folder of another release of the official package. */
  readonly bin?: string;
}

const WAIT_MS = 120_000;
const LEAVE_MS = 8_000;
/** How long the last words of a process that is gone may take. */
const LAST_WORDS_MS = 2_000;
/** What a failure shows: so many lines of each, and so many commands. */
const TAIL_LINES = 60;
const COMMANDS = 8;
const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const WATCH = Deno.env.get("COROLLA_WATCH") === "1";
const BINARY = Deno.env.get("COROLLA_BINARY");
const SMALL_HEAP = ["--v8-flags=--max-semi-space-size=1,--heap-growing-percent=20"];
/** As `deno task superlink` and `deno task supernode` have it. */
const V8: Partial<Record<Program | Tool, string[]>> = { superlink: SMALL_HEAP, supernode: SMALL_HEAP };

/** The bin folder of the official package. @throws {Error} when nobody said where it is */
export function peerFolder(): string {
  const folder = Deno.env.get("COROLLA_PEER");
  if (folder) return folder;
  throw new Error(
    "Cannot run the official parts: COROLLA_PEER must name the bin folder of a venv with flwr 1.32.1",
  );
}

/** Where programs are found: the official ones first. A part of ours does without them. */
function programPath(maker: Maker, bin?: string): string {
  const peer = bin ?? (maker === "official" ? peerFolder() : Deno.env.get("COROLLA_PEER"));
  return [peer, Deno.env.get("PATH")].filter(Boolean).join(":");
}

/** A test on a stage of its own. */
export function play(name: string, script: (stage: Stage) => Promise<void>): void {
  Deno.test(`interop: ${name}`, () => onStage(script));
}

/** Clears the stage however the script ends; a failure shows what everybody said. */
export async function onStage(script: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = new Stage();
  try {
    await script(stage);
  } catch (error) {
    await stage.clear();
    console.error(stage.tails());
    throw error;
  }
  await stage.clear();
  await removeFolder(stage.folder);
}

/** The processes of one test and the folder in which they live. */
export class Stage {
  /** Absolute; stays after a failure. */
  readonly folder = Deno.makeTempDirSync({ prefix: "corolla-interop-" });
  readonly #roles = new Map<string, Actor>();

  /** Starts what stays. */
  start(order: Order): Role {
    if (this.#roles.has(order.name)) throw new Error(`Cannot start two of the name ${order.name}`);
    const role = new Actor(order.name, this.#command(order).spawn());
    this.#roles.set(order.name, role);
    return role;
  }

  /** What was started under a name. */
  role(name: string): Role {
    const role = this.#roles.get(name);
    if (!role) throw new Error(`Cannot find ${name} among ${[...this.#roles.keys()].join(", ")}`);
    return role;
  }

  /** The process id of what stays. */
  pid(name: string): number {
    const role = this.#roles.get(name);
    if (!role) throw new Error(`Cannot find ${name} among ${[...this.#roles.keys()].join(", ")}`);
    return role.child.pid;
  }

  /** Runs a command to its end; on a stage that is cleared meanwhile it is ended. */
  async run(order: Order, timeoutMs = 120_000): Promise<Ended> {
    const child = this.#command(order).spawn();
    const timer = setTimeout(() => signal(child, "SIGKILL"), timeoutMs);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(timer);
    const ended = { code, stdout: plain(stdout), stderr: plain(stderr) };
    this.#keep(`${order.name} ${order.args.join(" ")}`, ended);
    return ended;
  }

  /** Runs one of our tools. */
  async tool(tool: Tool, args: readonly string[]): Promise<Ended> {
    return await this.run({ name: "tools", maker: "ours", program: tool, args });
  }

  /**
   * Writes a file and the folders above it. Whoever reads it meanwhile, as commands that run at the same time do with
   * their configuration, finds all of it as it was or as it is.
   * @returns its absolute path
   */
  write(name: string, text: string): string {
    const path = this.path(name);
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(`${path}.new`, text);
    Deno.renameSync(`${path}.new`, path);
    return path;
  }

  /** Whether something stands at a path in the test's folder. */
  has(name: string): boolean {
    try {
      return Deno.statSync(this.path(name)) !== undefined;
    } catch {
      return false;
    }
  }

  /** A path in the test's folder, absolute. */
  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Stops everything that runs; what started first, and the others know, last. */
  async clear(): Promise<void> {
    const [first, ...others] = this.#roles.values();
    await Promise.all(others.map((role) => role.stop()));
    await first?.stop();
  }

  /** The last lines of every process. */
  tails(): string {
    const logs = [
      ...[...this.#roles.values()].map((role) => [role.name, role.said()]),
      ...this.#commands.slice(-COMMANDS),
    ];
    const parts = logs.map(([name, text]) =>
      `--- ${name}\n${text.trimEnd().split("\n").slice(-TAIL_LINES).join("\n")}`
    );
    return [`=== ${this.folder}`, ...parts, "==="].join("\n");
  }

  readonly #commands: [string, string][] = [];

  #keep(name: string, { code, stdout, stderr }: Ended): void {
    this.#commands.push([name, `${stdout}\n${stderr}\nstatus ${code}`]);
  }

  #command({ maker, program, args, name, home: owner = name, env, bin }: Order): Deno.Command {
    const [executable, ...words] = maker === "ours" ? ourProgram(program) : [officialProgram(program, bin)];
    const home = this.path(`homes/${owner}`);
    Deno.mkdirSync(home, { recursive: true });
    return new Deno.Command(executable, {
      args: [...words, ...args],
      cwd: home,
      env: {
        PATH: programPath(maker, bin),
        FLWR_HOME: home,
        FLWR_TELEMETRY_ENABLED: "0",
        FLWR_DISABLE_UPDATE_CHECK: "1",
        FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION: "1",
        NO_COLOR: "1",
        COLUMNS: "250",
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }
}

/** Our program, from source unless a compiled one is named. */
function ourProgram(program: Program | Tool): string[] {
  const grant = BINARY && program.startsWith("super") ? ["--allow-unconfined-apps"] : [];
  const start = BINARY
    ? [BINARY]
    : [Deno.execPath(), "run", "-A", ...V8[program] ?? [], "--quiet", "--no-prompt", "--cached-only", MAIN];
  return [...start, program, ...grant];
}

function officialProgram(program: Program | Tool, bin = peerFolder()): string {
  return `${bin}/${program === "flwr" ? "flwr" : `flower-${program}`}`;
}

/** A process, and what it has said. */
class Actor implements Role {
  #said = "";
  #heard = Promise.withResolvers<void>();
  readonly #readers: ReadableStreamDefaultReader<Uint8Array>[];
  readonly #drained: Promise<unknown>;
  readonly #ended: Promise<Deno.CommandStatus>;
  #status?: Deno.CommandStatus;

  constructor(readonly name: string, readonly child: Deno.ChildProcess) {
    this.#readers = [child.stdout.getReader(), child.stderr.getReader()];
    this.#drained = Promise.all(this.#readers.map((reader) => this.#listen(reader)));
    this.#ended = this.#end();
  }

  said(): string {
    return this.#said;
  }

  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#hear("");
    }, WAIT_MS);
    try {
      while (true) {
        const heard = this.#heard.promise;
        const match = this.#said.match(pattern);
        if (match) return match;
        if (this.#status) {
          throw new Error(`${this.name} ended with status ${this.#status.code} without ${pattern}`);
        }
        if (late) throw new Error(`${this.name} has not said ${pattern}`);
        await heard;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<Deno.CommandStatus> {
    if (!this.#status) signal(this.child, "SIGTERM");
    const timer = setTimeout(() => signal(this.child, "SIGKILL"), LEAVE_MS);
    await this.child.status;
    clearTimeout(timer);
    return await this.#ended;
  }

  async kill(): Promise<Deno.CommandStatus> {
    signal(this.child, "SIGKILL");
    return await this.stop();
  }

  async #listen(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      this.#hear(withoutColours(decoder.decode(read.value, { stream: true })));
    }
  }

  #hear(text: string): void {
    if (WATCH && text) {
      console.log(`${(performance.now() / 1000).toFixed(2)} ${this.name}: ${text.trimEnd()}`);
    }
    this.#said += text;
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }

  /** Its last words may come after its end, and a grandchild that is still leaving can hold the streams open. */
  async #end(): Promise<Deno.CommandStatus> {
    const status = await this.child.status;
    const timer = setTimeout(() => this.#readers.forEach((reader) => reader.cancel()), LAST_WORDS_MS);
    await this.#drained;
    clearTimeout(timer);
    this.#status = status;
    this.#hear("");
    return status;
  }
}

/** A process may be gone by the time it is asked to go. */
function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

function plain(bytes: Uint8Array): string {
  return withoutColours(new TextDecoder().decode(bytes));
}

function withoutColours(text: string): string {
  // deno-lint-ignore no-control-regex -- the escape character is what starts a colour
  return text.replaceAll(/\u001b\[[0-9;]*m/g, "");
}
