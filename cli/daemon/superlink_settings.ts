import { join } from "node:path";
import type { FenceAround } from "../../core/io/fence_refusal.ts";
import { byteSizeFrom } from "../config/byte_size.ts";
import { type FlagValues, UsageError } from "../config/flags.ts";
import { addressFrom, optionalAddress } from "../config/listen_address.ts";
import { type ListenerTls, readServerTls, tlsFlagNames } from "../config/server_tls.ts";
import { type Env, flwrHome, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import type { RoleSettings } from "./role_worker.ts";
import { type NodeAuthSettings, nodeAuthSettings } from "./node_auth_settings.ts";
import { readSecret } from "./superexec_secret.ts";
import type { superlinkFlags } from "./superlink_flags.ts";

/** All that a SuperLink's Worker needs to know. Paths are absolute; nothing of the command line is left to check. */
export interface SuperLinkSettings extends RoleSettings, NodeAuthSettings {
  /** Path of a socket for Python apps that are given no network. */
  readonly appIoSocket?: string;
  /** What holds ServerApps in that are started here. */
  readonly appFence?: FenceAround;
  /** For SuperNodes; absent where runs are simulated, which needs none. */
  readonly fleetAddress?: string;
  readonly controlAddress: string;
  readonly serverAppIoAddress: string;
  /** For the Fleet and the Control API; in the clear without. */
  readonly tls?: ListenerTls;
  /** For the ServerAppIo API; in the clear without. */
  readonly appIoTls?: ListenerTls;
  /** The file with the rows; without it they are kept in memory. */
  readonly databasePath?: string;
  /** The folder for the contents of objects. */
  readonly contentsPath: string;
  /** The folder of the state that nobody named; it may have to be made. */
  readonly ownFolder?: string;
  /** Whether the key of a SuperNode that was unregistered may be registered again. */
  readonly allowKeyReuse: boolean;
  readonly isolation: "subprocess" | "process";
  /** What SuperExecs of the operator prove to know. */
  readonly superexecSecret?: Uint8Array;
  readonly maxObjectBytes: number;
  readonly allowRuntimeDependencyInstallation: boolean;
}

type Flags = FlagValues<typeof superlinkFlags>;
type Warn = (text: string) => void;

/** Checks a SuperLink's command line. @throws {UserError} */
export async function superlinkSettings(flags: Flags, env: Env, warn: Warn): Promise<SuperLinkSettings> {
  refuseOtherFleets(flags);
  const workers = flags["fleet-api-num-workers"];
  if (workers !== 1) {
    warn(`--fleet-api-num-workers ${workers} changes nothing: one worker serves all SuperNodes`);
  }
  const controlAddress = controlAddressFrom(flags, warn);
  const tls = await listenersTls(flags, env, warn);
  const nodeAuth = await nodeAuthSettings(flags.simulation ? withoutNodes(flags, warn) : flags, env);
  const fleetAddress = checked(flags["fleet-api-address"], "fleet-api-address");
  return {
    ...flags.simulation ? {} : { fleetAddress },
    controlAddress,
    healthAddress: optionalAddress(flags["health-server-address"], "health-server-address"),
    serverAppIoAddress: checked(flags["serverappio-api-address"], "serverappio-api-address"),
    ...tls,
    ...nodeAuth,
    ...storage(flags, env),
    allowKeyReuse: flags["allow-key-reuse"],
    isolation: flags.isolation,
    superexecSecret: await readSecret(flags["superexec-auth-secret-file"], {
      isolation: flags.isolation,
      env,
      warn,
    }),
    logFile: logFile(flags, env),
    maxObjectBytes: byteSizeFrom(flags["max-object-size"], "max-object-size"),
    allowRuntimeDependencyInstallation: mayInstall(flags, env, warn),
  };
}

/** A simulation has no SuperNodes that could prove who they are. */
function withoutNodes(flags: Flags, warn: Warn): Flags {
  if (flags["enable-supernode-auth"]) {
    warn("--enable-supernode-auth changes nothing: a simulation has no SuperNodes that could come");
  }
  return {
    ...flags,
    "enable-supernode-auth": false,
    "auth-list-public-keys": undefined,
    "auth-superlink-private-key": undefined,
    "auth-superlink-public-key": undefined,
    "require-node-auth": undefined,
  };
}

function checked(address: string, flag: string): string {
  addressFrom(address, flag);
  return address;
}

function refuseOtherFleets(flags: Flags): void {
  const kind = flags["fleet-api-type"];
  if (kind === undefined || kind === "grpc-rere") return;
  throw new UserError(
    `Cannot use --fleet-api-type ${kind}: corolla's SuperNodes and SuperLinks speak grpc-rere`,
    {
      hint: "Leave the flag out",
      exitCode: 104,
    },
  );
}

function controlAddressFrom(flags: Flags, warn: Warn): string {
  const old = flags["exec-api-address"];
  const now = flags["control-api-address"];
  if (old !== undefined && now !== undefined) {
    throw new UserError(
      "Cannot use --exec-api-address together with --control-api-address: they mean the same",
      {
        exitCode: 104,
      },
    );
  }
  if (old !== undefined) warn("--exec-api-address is deprecated. Use --control-api-address instead");
  return checked(now ?? old ?? "0.0.0.0:9093", "control-api-address");
}

async function listenersTls(
  flags: Flags,
  env: Env,
  warn: Warn,
): Promise<Pick<SuperLinkSettings, "tls" | "appIoTls">> {
  const names = [...tlsFlagNames("ssl"), ...tlsFlagNames("appio-ssl")] as const;
  if (flags.insecure) {
    const given = names.filter((name) => flags[name as keyof Flags] !== undefined);
    if (given.length === 0) return {};
    throw new UserError(
      `Cannot use --insecure together with ${
        given.map((name) => `--${name}`).join(", ")
      }: it means no TLS at all`,
      { hint: "Leave out either --insecure or the certificates" },
    );
  }
  const tls = await readServerTls({
    ca: flags["ssl-ca-certfile"],
    certificate: flags["ssl-certfile"],
    key: flags["ssl-keyfile"],
  }, { env, warn, flags: { names: tlsFlagNames("ssl") } });
  if (!tls) {
    throw new UserError(
      "Certificates are required unless running in insecure mode: give --ssl-ca-certfile, --ssl-certfile and --ssl-keyfile",
      { hint: "`corolla certs` makes them. Or use --insecure where nobody else can listen" },
    );
  }
  const appIoTls = await readServerTls({
    ca: flags["appio-ssl-ca-certfile"],
    certificate: flags["appio-ssl-certfile"],
    key: flags["appio-ssl-keyfile"],
  }, { env, warn, flags: { names: tlsFlagNames("appio-ssl"), incompleteCode: 605, pathCode: 604 } });
  return { tls, appIoTls };
}

/** Where the state stands. Without a database the rows are in memory, but contents still go to a folder. */
function storage(
  flags: Flags,
  env: Env,
): Pick<SuperLinkSettings, "databasePath" | "contentsPath" | "ownFolder"> {
  const home = join(flwrHome(env), "superlink");
  const named = flags.database;
  if (named === ":flwr-in-memory:" || named === ":memory:" || named === ":flwr-in-memory-state:") {
    const { port } = addressFrom(flags["fleet-api-address"], "fleet-api-address");
    const { port: own } = addressFrom(flags["control-api-address"] ?? "0.0.0.0:9093", "control-api-address");
    const name = flags.simulation ? `simulation-${own}` : port;
    return { contentsPath: join(home, `in-memory-${name}-objects`), ownFolder: home };
  }
  const databasePath = named === undefined ? join(home, "state.db") : databaseFile(named, env);
  const ownFolder = named === undefined ? home : undefined;
  return { databasePath, contentsPath: `${databasePath}-objects`, ownFolder };
}

function databaseFile(named: string, env: Env): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(named)?.[1].toLowerCase();
  if (scheme === undefined) return resolvePath(env, named);
  if (scheme === "sqlite") {
    // As in SQLAlchemy: three slashes lead to a relative path, four to an absolute one.
    return resolvePath(env, named.slice("sqlite://".length).replace(/^\//, ""));
  }
  throw new UserError(`Cannot use --database ${named}: it must be a path or sqlite:///PATH`, {
    exitCode: 104,
  });
}

function logFile(flags: Flags, env: Env): SuperLinkSettings["logFile"] {
  const named = flags["log-file"];
  if (named === undefined) return undefined;
  return {
    path: resolvePath(env, named),
    intervalHours: flags["log-rotation-interval-hours"],
    backups: flags["log-rotation-backup-count"],
  };
}

function mayInstall(flags: Flags, env: Env, warn: Warn): boolean {
  const [allow, disable] = [
    flags["allow-runtime-dependency-installation"],
    flags["disable-runtime-dependency-installation"],
  ];
  if (allow && disable) {
    throw new UsageError(
      "Cannot use --allow-runtime-dependency-installation together with --disable-runtime-dependency-installation",
    );
  }
  if (allow) {
    warn("--allow-runtime-dependency-installation changes nothing: a SuperLink allows it unless told");
  }
  return allow || !disable && env.get("FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION") !== "1";
}
