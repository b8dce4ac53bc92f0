/** Federations of ours as real processes, to be treated badly: their SuperLink can die and come back where it was. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { removeFolder } from "../fakes/remove_folder.ts";
import { type Ended, type Role, Stage } from "../interop/harness.ts";

const APIS = { fleet: "Fleet", control: "Control", serverappio: "ServerAppIo" } as const;
type Api = keyof typeof APIS;

/** How a site is set up. */
export interface SiteOptions {
  /** What tells it from others of the same test. */
  readonly name?: string;
  /** Paths of the certificate files of the Fleet and the Control API; in the clear without. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
  /** Who starts ServerApps; `subprocess` unless told. */
  readonly isolation?: "subprocess" | "process";
  /** Further flags of the SuperLink. */
  readonly superlinkArgs?: readonly string[];
  /** Further environment variables of the SuperLink and the SuperNodes. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a run ended, as `flwr ls` tells it. */
export interface RunEnd {
  readonly status: string;
  readonly details: string;
}

/** A run that was watched to its end. */
export interface WatchedRun extends Ended, RunEnd {
  readonly runId: string;
}

/** How long a run may take to get somewhere. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 100;

/**
 * A test on a stage of its own, which is cleared however the test ends; a failure shows what everybody said. It looks
 * at processes as Linux shows them.
 */
export function act(
  name: string,
  script: (stage: Stage) => Promise<void>,
  options: { ignore?: boolean } = {},
): void {
  Deno.test({
    name: `robustness: ${name}`,
    ignore: options.ignore || Deno.build.os !== "linux",
    async fn() {
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
    },
  });
}

/** The path of one of the apps beside this file. */
export function appFolder(name: string): string {
  return fileURLToPath(new URL(`./apps/${name}`, import.meta.url));
}

/** A SuperLink, and what was started around it on this machine. */
export class Site {
  #starts = 0;
  #addresses: Record<Api, string> = {
    fleet: "127.0.0.1:0",
    control: "127.0.0.1:0",
    serverappio: "127.0.0.1:0",
  };
  #superlink: Role | undefined;

  constructor(readonly stage: Stage, readonly options: SiteOptions = {}) {}

  get #name(): string {
    return this.options.name ?? "superlink";
  }

  /** The SuperLink's process. */
  get superlink(): Role {
    assert(this.#superlink, "the SuperLink was not started");
    return this.#superlink;
  }

  /** The SuperLink's `FLWR_HOME`. */
  get home(): string {
    return this.stage.path(`homes/${this.#name}`);
  }

  /** Where the SuperLink keeps its state. */
  get stateFolder(): string {
    return `${this.home}/superlink`;
  }

  /** Where an API of the SuperLink listens. */
  address(api: Api): string {
    return this.#addresses[api];
  }

  /** Starts the SuperLink; after the first time on the same ports and state as before. */
  async startSuperLink(args: readonly string[] = []): Promise<void> {
    const { isolation, env, superlinkArgs = [] } = this.options;
    const superlink = this.stage.start({
      name: `${this.#name}-${++this.#starts}`,
      home: this.#name,
      maker: "ours",
      program: "superlink",
      env,
      args: [
        ...serverTls(this.options),
        ...Object.entries(this.#addresses).flatMap(([api, address]) => [`--${api}-api-address`, address]),
        ...isolation ? ["--isolation", isolation] : [],
        ...superlinkArgs,
        ...args,
      ],
    });
    this.#superlink = superlink;
    for (const [api, name] of Object.entries(APIS)) {
      const [, address] = await superlink.says(new RegExp(`Starting ${name} API.* on (\\S+)\\s`));
      this.#addresses = { ...this.#addresses, [api]: address };
    }
  }

  /** SIGKILL, and a new SuperLink in the place of the old one. @returns when it was up, Unix ms */
  async restartSuperLink(): Promise<number> {
    await this.superlink.kill();
    await this.startSuperLink();
    return Date.now();
  }

  /** Starts a SuperNode and waits until the SuperLink has taken it in. */
  async addNode(name: string, args: readonly string[] = []): Promise<Node> {
    const role = this.stage.start({
      name,
      maker: "ours",
      program: "supernode",
      env: this.options.env,
      args: [
        ...this.#trust(),
        "--superlink",
        this.address("fleet"),
        "--clientappio-api-address",
        "127.0.0.1:0",
        ...args,
      ],
    });
    const [, nodeId] = await role.says(/SuperNode ID: (\d+)\s/);
    return { role, nodeId };
  }

  /** Starts a SuperExec for the SuperLink, with `--isolation process`. */
  async addSuperExec(): Promise<Role> {
    const superexec = this.stage.start({
      name: "superexec",
      maker: "ours",
      program: "superexec",
      args: [
        "--insecure",
        "--appio-api-address",
        this.address("serverappio"),
        "--plugin-type",
        "serverapp",
      ],
    });
    await superexec.says(/Starting Flower SuperExec/);
    return superexec;
  }

  /** Runs one `flwr` command. The connection's name is `test`. */
  async flwr(...args: readonly string[]): Promise<Ended> {
    const { stage } = this;
    const { tls } = this.options;
    const trust = tls ? `root-certificates = ${JSON.stringify(tls.ca)}` : "insecure = true";
    const profile = `[superlink]\ndefault = "test"\n\n[superlink.test]\n` +
      `address = "${this.address("control")}"\n${trust}\n`;
    stage.write("homes/user/config.toml", profile);
    return await stage.run({ name: "user", maker: "ours", program: "flwr", args });
  }

  /** Starts an app and does not watch it. @returns the run's id */
  async begin(folder: string, config: string[] = []): Promise<string> {
    return runIdOf(await this.flwr("run", folder, "test", ...config.flatMap((each) => ["-c", each])));
  }

  /** Runs an app, watches it to its end, and asks how it ended. */
  async watch(folder: string, config: string[] = []): Promise<WatchedRun> {
    const words = ["run", folder, "test", "--stream", ...config.flatMap((each) => ["-c", each])];
    const ended = await this.flwr(...words);
    const runId = runIdOf(ended);
    return { ...ended, runId, ...await this.look(runId) };
  }

  /** Runs the app `steady`, which must come to its end. */
  async succeed(config: string[] = []): Promise<WatchedRun> {
    const run = await this.watch(appFolder("steady"), config);
    assertEquals([run.code, run.status], [0, "finished:completed"], run.stdout + run.stderr);
    return run;
  }

  #trust(): string[] {
    const { tls } = this.options;
    return tls ? ["--root-certificates", tls.ca] : ["--insecure"];
  }

  /** The ids of all runs, newest first, as `flwr ls` lists them. */
  async runs(): Promise<string[]> {
    const { stdout } = await this.flwr("ls", "test", "--format", "json");
    return JSON.parse(stdout).runs.map((run: Record<string, string>) => run["run-id"]);
  }

  /** How far a run is, as `flwr ls` tells it. */
  async look(runId: string): Promise<RunEnd> {
    const { stdout } = await this.flwr("ls", "test", "--run-id", runId, "--format", "json");
    const { runs } = JSON.parse(stdout);
    assertEquals(runs?.length, 1, stdout);
    return { status: runs[0].status, details: runs[0]["status-details"] };
  }

  /** Waits until a run is over. */
  async end(runId: string): Promise<RunEnd> {
    return await eventually(async () => {
      const run = await this.look(runId);
      return run.status.startsWith("finished") ? run : undefined;
    }, `the end of run ${runId}`);
  }
}

function serverTls({ tls }: SiteOptions): string[] {
  if (!tls) return ["--insecure"];
  return ["--ssl-ca-certfile", tls.ca, "--ssl-certfile", tls.certificate, "--ssl-keyfile", tls.key];
}

/** A SuperNode that the SuperLink has taken in. */
export interface Node {
  readonly role: Role;
  readonly nodeId: string;
}

/** Looks again and again until there is something. @throws {Error} naming what was waited for, after a minute */
export async function eventually<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`Waited in vain for ${what}`);
}

/** Processor time that processes have used so far, in clock ticks; those that are gone count nothing. Linux only. */
export function ticksOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticks(pid), 0);
}

function ticks(pid: number): number {
  try {
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /s, "").split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

function runIdOf({ stdout, stderr }: Ended): string {
  const [, runId] = stdout.match(/Successfully started run (\d+)/) ?? [];
  assert(runId, `flwr run named no run: ${stdout}${stderr}`);
  return runId;
}
