/** A small federation of real processes: TLS on every listener, registered SuperNodes, nothing shared with others. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { removeFolder } from "../fakes/remove_folder.ts";
import type { Program } from "./program.ts";
import { type Ended, Running, type Start } from "./running.ts";

/** What a federation is made of. */
export interface Setting {
  readonly program: Program;
  /** Environment variables for every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether daemons write down what they ask Deno for; app processes would write into the same file. */
  readonly audited?: boolean;
}

/** How one process is started beside its words. */
interface Place {
  /** Whose `FLWR_HOME` it is. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The processes of one test and the folder in which they live. The folder's name has a space in it. */
export class Federation implements AsyncDisposable {
  readonly #running: Running[] = [];
  #addresses: Readonly<Record<string, string>> = {};
  #count = 0;

  private constructor(readonly folder: string, readonly setting: Setting) {}

  /** An empty folder, and nothing running. */
  static async prepare(setting: Setting): Promise<Federation> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "corolla federation " }));
    return new Federation(folder, setting);
  }

  /** Makes certificates and keys and starts the SuperLink. */
  async begin({ superlink = [] }: { readonly superlink?: readonly string[] } = {}): Promise<Running> {
    for (const [tool, folder] of [["certs", "certificates"], ["keys", "keys"]]) {
      const { code, stderr } = await this.run([tool, this.path(folder)], { home: "tools" });
      assertEquals(code, 0, stderr);
    }
    return await this.startSuperLink(superlink);
  }

  /** Starts the SuperLink on free ports, and waits until it can be used. */
  async startSuperLink(flags: readonly string[] = []): Promise<Running> {
    const superlink = await this.spawn([
      "superlink",
      ...this.#serverTls("ssl"),
      ...this.#serverTls("appio-ssl"),
      "--enable-supernode-auth",
      ...["fleet", "control", "serverappio"].flatMap((api) => [`--${api}-api-address`, "127.0.0.1:0"]),
      ...flags,
    ], { home: "superlink" });
    const address = async (api: string) =>
      (await superlink.says(new RegExp(`Starting ${api} API.* on (\\S+)\r?\n`)))[1];
    this.#addresses = { control: await address("Control"), fleet: await address("Fleet") };
    await this.writeProfile();
    return superlink;
  }

  /** Registers the next key, starts a SuperNode with it, and waits until the SuperLink has taken it in. */
  async addSuperNode({ host = "127.0.0.1", flags = [] }: {
    /** What it calls the SuperLink. */
    readonly host?: string;
    readonly flags?: readonly string[];
  } = {}): Promise<Running> {
    const number = ++this.#count;
    const { code, stderr } = await this.flwr([
      "supernode",
      "register",
      `${this.keyPath(number)}.pub`,
      "test",
    ]);
    assertEquals(code, 0, stderr);
    const supernode = await this.spawn([
      "supernode",
      ...["--root-certificates", this.path("certificates/ca.crt")],
      ...["--superlink", this.#addresses.fleet.replace(/.*:/, `${host}:`)],
      ...["--clientappio-api-address", "127.0.0.1:0"],
      ...this.#serverTls("appio-ssl"),
      ...["--auth-supernode-private-key", this.keyPath(number)],
      ...flags,
    ], { home: `supernode ${number}` });
    await supernode.says(/SuperNode ID: \d+/);
    return supernode;
  }

  /** Runs a `flwr` command. The connection's name is `test`. */
  flwr(words: readonly string[]): Promise<Ended> {
    return this.run(["flwr", ...words], { home: "user" });
  }

  /** Runs one command to its end. */
  async run(words: readonly string[], place: Place): Promise<Ended> {
    return await (await this.spawn(words, place)).ended;
  }

  /** Starts one command. It is ended with the federation at the latest. */
  async spawn(words: readonly string[], { home, env: more }: Place): Promise<Running> {
    const flwrHome = this.path(`homes/${home}`);
    await Deno.mkdir(flwrHome, { recursive: true });
    // Deno's own look for a newer Deno would be the only connection that nobody ordered.
    const quiet = { NO_COLOR: "1", COLUMNS: "250", DENO_NO_UPDATE_CHECK: "1" };
    const env: Record<string, string> = { ...quiet, FLWR_HOME: flwrHome, ...this.setting.env, ...more };
    const name = `${home}: ${words[0]}`;
    if (this.setting.audited) env.DENO_AUDIT_PERMISSIONS = this.auditPath({ name });
    const where = { cwd: this.folder, env };
    const [executable, ...args] = await this.setting.program.commandLine(words, where);
    return this.start(name, { executable, args, ...where });
  }

  /** Starts any program. It is ended with the federation at the latest. */
  start(name: string, how: Start): Running {
    const running = new Running(name, how);
    this.#running.push(running);
    return running;
  }

  /** Where a process writes down what it asks Deno for, if it does. */
  auditPath({ name }: { readonly name: string }): string {
    return this.path(`audit of ${name.replaceAll(/\W+/g, " ")}`);
  }

  /** A path in the federation's folder, absolute. */
  path(name: string): string {
    return join(this.folder, ...name.split("/"));
  }

  /** The private key of a SuperNode, counted from 1. */
  keyPath(number: number): string {
    return this.path(`keys/client_credentials_${number}`);
  }

  /** Whether a process has ended itself for a fault of its runtime. */
  get aborted(): boolean {
    return this.#running.some(({ endedBy }) => endedBy === "SIGABRT");
  }

  /** What every process said, for a test that failed. */
  get said(): string {
    return this.#running.map(({ name, said }) => `--- ${name}\n${said}`).join("\n");
  }

  /** Tells `flwr` where the SuperLink is. */
  async writeProfile(): Promise<void> {
    const lines = [
      `[superlink]\ndefault = "test"\n\n[superlink.test]`,
      `address = "${this.#addresses.control}"`,
      `root-certificates = ${JSON.stringify(this.path("certificates/ca.crt"))}\n`,
    ];
    await Deno.mkdir(this.path("homes/user"), { recursive: true });
    await Deno.writeTextFile(this.path("homes/user/config.toml"), lines.join("\n"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running.reverse()) await running.stop();
    await removeFolder(this.folder);
  }

  #serverTls(listener: string): string[] {
    return [
      ...[`--${listener}-ca-certfile`, this.path("certificates/ca.crt")],
      ...[`--${listener}-certfile`, this.path("certificates/server.pem")],
      ...[`--${listener}-keyfile`, this.path("certificates/server.key")],
    ];
  }
}
