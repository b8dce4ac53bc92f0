/** Federations of our parts and official ones, put together by a test. */
import { assert, assertEquals } from "@std/assert";
import { type App, appFolder } from "./app_folder.ts";
import type { Ended, Maker, Role, Stage } from "./harness.ts";
import { appIoFlags, appIoTlsFlags, binOf } from "./releases.ts";

/** How far the parts trust the network: no TLS, TLS on every listener, TLS and registered SuperNodes only. */
export type Security = "plain" | "tls" | "auth";

/** Who starts the SuperExec: the daemon, or whoever runs it. */
export type Isolation = "subprocess" | "process";

/** How a SuperLink and everything that connects to it are set up. */
export interface Setting {
  readonly superlink: Maker;
  readonly security: Security;
  /** `subprocess` unless told. */
  readonly isolation?: Isolation;
  /** How many partitions the nodes are told of; 2 unless told. */
  readonly partitions?: number;
  /** Further flags of the SuperLink. */
  readonly superlinkArgs?: readonly string[];
}

/** How one SuperNode is set up. */
export interface NodeSetting {
  readonly maker: Maker;
  /** Its partition, from 0. */
  readonly partition: number;
  /** The name by which it calls the SuperLink; 127.0.0.1 unless told. */
  readonly host?: string;
  /** As the SuperLink's unless told. */
  readonly isolation?: Isolation;
  /** Of the official package; the peer's unless told. */
  readonly release?: string;
}

/** How a SuperExec is set up. */
export interface SuperExecSetting {
  /** The address of the SuperNode that it works for; it works for the SuperLink without. */
  readonly clientAppIo?: string;
  /** What a SuperExec of ours takes apps for, where an official part does not say it. */
  readonly runtime?: "python" | "typescript";
}

/** How an app is run. */
export interface AppSetting {
  readonly cli: Maker;
  readonly app: App;
  /** How many rounds; 2 unless told. */
  readonly rounds?: number;
  /** Other settings of the app that are not its own. */
  readonly config?: string;
  /** The name by which the command line calls the SuperLink; 127.0.0.1 unless told. */
  readonly host?: string;
  /** How long it may take; two minutes unless told. */
  readonly timeoutMs?: number;
}

/** What ran, and how it ended. */
export interface AppRun extends Ended {
  readonly runId: string;
  /** What the strategy needed for all rounds, by its own account; undefined when it did not finish. */
  readonly strategyS?: number;
}

const SECRET = "superexec-secret";

const APIS = { control: "Control", serverappio: "ServerAppIo", fleet: "Fleet" } as const;
type Addresses = Readonly<Record<keyof typeof APIS, string>>;
const ANY_PORT = "127.0.0.1:0";

/** A SuperLink, and what was started around it. */
export class Federation {
  #superlink?: Role;
  #starts = 0;
  #addresses: Addresses = { control: ANY_PORT, serverappio: ANY_PORT, fleet: ANY_PORT };

  private constructor(readonly stage: Stage, readonly setting: Setting) {}

  /** Makes what TLS and authentication need, and starts the SuperLink. */
  static async start(stage: Stage, setting: Setting): Promise<Federation> {
    if (setting.security !== "plain") await makeCredentials(stage, setting.partitions ?? 2);
    stage.write(SECRET, "only SuperExecs of this test know it");
    const federation = new Federation(stage, setting);
    await federation.#startSuperLink();
    return federation;
  }

  /** Waits for something that the SuperLink says. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    return await this.#superlink!.says(pattern);
  }

  /** Kills the SuperLink and starts it again where it was. */
  async restart(): Promise<void> {
    await this.#superlink!.kill();
    await this.#startSuperLink();
  }

  async #startSuperLink(): Promise<void> {
    const { stage, setting } = this;
    const home = `superlink-${setting.superlink}`;
    const superlink = stage.start({
      name: ++this.#starts === 1 ? home : `${home}-${this.#starts}`,
      home,
      maker: setting.superlink,
      program: "superlink",
      args: [
        ...serverTls(stage, setting.security, ["ssl", "appio-ssl"]),
        ...setting.security === "auth" ? ["--enable-supernode-auth"] : [],
        ...Object.entries(this.#addresses).flatMap(([api, address]) => [`--${api}-api-address`, address]),
        ...isolation(stage, setting.isolation),
        ...setting.superlinkArgs ?? [],
      ],
    });
    this.#superlink = superlink;
    const found: [string, string][] = [];
    for (const [api, name] of Object.entries(APIS)) {
      found.push([api, (await superlink.says(new RegExp(`Starting ${name} API.* on (\\S+)\\s`)))[1]]);
    }
    this.#addresses = Object.fromEntries(found) as Addresses;
  }

  /**
   * Starts a SuperNode and waits until the SuperLink has taken it in.
   * @returns the address of its ClientAppIo; empty where a later release does not say it
   */
  async addNode(
    { maker, partition, host = "127.0.0.1", isolation: own, release }: NodeSetting,
  ): Promise<string> {
    const { stage, setting } = this;
    const { security, partitions = 2 } = setting;
    const key = stage.path(`keys/client_credentials_${partition + 1}`);
    const appIoTls = security === "plain" ? [] : appIoTlsFlags(release);
    const node = stage.start({
      name: `supernode-${partition}-${release ?? maker}`,
      maker,
      bin: release && binOf(release),
      program: "supernode",
      args: [
        ...clientTls(stage, security),
        ...serverCertificates(stage, appIoTls),
        ...security === "auth" ? ["--auth-supernode-private-key", key] : [],
        "--superlink",
        at(host, this.#addresses.fleet),
        ...appIoFlags(release),
        "--node-config",
        `partition-id=${partition} num-partitions=${partitions}`,
        ...isolation(stage, own ?? setting.isolation),
      ],
    });
    const address = release ? "" : (await node.says(/Starting ClientAppIo API on (\S+)\s/))[1];
    await node.says(/SuperNode ID: \d+/);
    return address;
  }

  /** Starts a SuperExec for the SuperLink or a SuperNode. */
  async addSuperExec(maker: Maker, { clientAppIo, runtime }: SuperExecSetting = {}): Promise<Role> {
    const { stage, setting } = this;
    const plugin = clientAppIo ? "clientapp" : "serverapp";
    const superexec = stage.start({
      name: ["superexec", maker, plugin, clientAppIo, runtime].filter(Boolean).join("-").replace(
        /[^\w-]+/g,
        "-",
      ),
      maker,
      program: "superexec",
      args: [
        ...clientTls(stage, setting.security),
        "--appio-api-address",
        clientAppIo ?? this.#addresses.serverappio,
        "--plugin-type",
        plugin,
        ...secret(stage),
        ...runtime === undefined ? [] : ["--app-runtime", runtime],
      ],
    });
    await superexec.says(/Starting Flower SuperExec/);
    return superexec;
  }

  /** Registers the key of a partition's SuperNode. */
  async register(cli: Maker, partition: number): Promise<void> {
    const key = this.stage.path(`keys/client_credentials_${partition + 1}.pub`);
    const { code, stdout } = await this.flwr(cli, ["supernode", "register", key, "test"]);
    assertEquals(code, 0, `registration: ${stdout}`);
  }

  /** Runs one `flwr` command. The connection's name is `test`. */
  async flwr(
    maker: Maker,
    args: readonly string[],
    { host = "127.0.0.1", timeoutMs }: { host?: string; timeoutMs?: number } = {},
  ): Promise<Ended> {
    const { stage, setting } = this;
    const trust = setting.security === "plain"
      ? "insecure = true"
      : `root-certificates = ${JSON.stringify(stage.path("certificates/ca.crt"))}`;
    const name = `user-${maker}-of-${setting.superlink}`;
    const address = at(host, this.#addresses.control);
    const profile = `[superlink]\ndefault = "test"\n\n[superlink.test]\naddress = "${address}"\n${trust}\n`;
    stage.write(`homes/${name}/config.toml`, profile);
    return await stage.run({ name, maker, program: "flwr", args }, timeoutMs);
  }

  /** Runs an app to its end and watches it. */
  async run(setting: AppSetting): Promise<AppRun> {
    const ended = await this.flwr(setting.cli, ["run", ...this.#runWords(setting), "--stream"], setting);
    const runId = runIdOf(ended);
    const [, seconds] = `${ended.stdout}${ended.stderr}`.match(/Strategy execution finished in ([\d.]+)s/) ??
      [];
    return { ...ended, runId, strategyS: seconds === undefined ? undefined : Number(seconds) };
  }

  /** Runs an app that must come to the known result. */
  async succeed(setting: AppSetting): Promise<AppRun> {
    const run = await this.run(setting);
    assertEquals(run.code, 0, `status of flwr run: ${run.stdout}${run.stderr}`);
    const { rounds = 2 } = setting;
    const result = `The model is ${4 * rounds}.0 everywhere after ${2 * rounds}.0 calls of each node`;
    assert(`${run.stdout}${run.stderr}`.includes(result), `flwr run --stream: ${run.stdout}${run.stderr}`);
    assertEquals((await this.listed(setting.cli, run.runId)).status, "finished:completed");
    this.#tell(setting, run);
    return run;
  }

  /** Starts an app and does not watch it. */
  async begin(setting: AppSetting): Promise<string> {
    return runIdOf(await this.flwr(setting.cli, ["run", ...this.#runWords(setting)], setting));
  }

  /** A run as `flwr list --format json` shows it. */
  async listed(cli: Maker, runId: string): Promise<Record<string, unknown>> {
    const { stdout } = await this.flwr(cli, ["list", "test", "--run-id", runId, "--format", "json"]);
    const { success, runs } = JSON.parse(stdout);
    assertEquals([success, runs.length], [true, 1]);
    return runs[0];
  }

  #runWords({ app, rounds, config }: AppSetting): string[] {
    const settings = [
      ...rounds === undefined ? [] : [`num-server-rounds=${rounds}`],
      ...config ? [config] : [],
    ];
    return [appFolder(this.stage, app), "test", ...settings.flatMap((each) => ["--run-config", each])];
  }

  #tell({ cli, app }: AppSetting, { strategyS }: AppRun): void {
    const { superlink, security } = this.setting;
    console.log(`superlink ${superlink}, ${security}, flwr ${cli}, app ${app}: strategy ${strategyS} s`);
  }
}

function runIdOf({ stdout, stderr }: Ended): string {
  const [, runId] = stdout.match(/Successfully started run (?:ID )?(\d+)/) ?? [];
  assert(runId, `flwr run named no run: ${stdout}${stderr}`);
  return runId;
}

function at(host: string, address: string): string {
  return `${host}:${address.slice(address.lastIndexOf(":") + 1)}`;
}

/** Makes certificates and the keys of so many SuperNodes, unless they are there. */
export async function makeCredentials(stage: Stage, nodes: number): Promise<void> {
  if (stage.has("certificates")) return;
  const folders = { certs: [stage.path("certificates")], keys: [stage.path("keys"), "--nodes", `${nodes}`] };
  for (const tool of ["certs", "keys"] as const) {
    const { code, stderr } = await stage.tool(tool, folders[tool]);
    assertEquals(code, 0, stderr);
  }
}

function serverTls(stage: Stage, security: Security, listeners: readonly string[]): string[] {
  if (security === "plain") return ["--insecure"];
  return serverCertificates(stage, listeners);
}

/** Flags such as `--ssl-certfile`, for each of the prefixes. */
function serverCertificates(stage: Stage, prefixes: readonly string[]): string[] {
  return prefixes.flatMap((listener) => [
    `--${listener}-ca-certfile`,
    stage.path("certificates/ca.crt"),
    `--${listener}-certfile`,
    stage.path("certificates/server.pem"),
    `--${listener}-keyfile`,
    stage.path("certificates/server.key"),
  ]);
}

function clientTls(stage: Stage, security: Security): string[] {
  return security === "plain" ? ["--insecure"] : ["--root-certificates", stage.path("certificates/ca.crt")];
}

function isolation(stage: Stage, isolation?: Isolation): string[] {
  return isolation === "process" ? ["--isolation", "process", ...secret(stage)] : [];
}

function secret(stage: Stage): string[] {
  return ["--superexec-auth-secret-file", stage.path(SECRET)];
}
