import { join } from "node:path";
import type { UserConfig } from "../../core/model/user_config.ts";
import type { EcPrivateKey } from "../../core/wire/ec_key.ts";
import { byteSizeFrom } from "../config/byte_size.ts";
import { type ClientTlsChoice, readClientTls } from "../config/client_tls.ts";
import type { FlagValues } from "../config/flags.ts";
import { addressFrom, optionalAddress } from "../config/listen_address.ts";
import { readNodeConfig } from "../config/run_config.ts";
import { type ListenerTls, readServerTls, tlsFlagNames } from "../config/server_tls.ts";
import { type Env, flwrHome } from "../env.ts";
import { UserError } from "../output.ts";
import type { RoleSettings } from "./role_worker.ts";
import { readKeyPair } from "./key_files.ts";
import { readSecret } from "./superexec_secret.ts";
import type { supernodeFlags } from "./supernode_flags.ts";

/** All that a SuperNode's Worker needs to know. Paths are absolute. */
export interface SuperNodeSettings extends RoleSettings {
  readonly superlinkAddress: string;
  readonly superlinkTls: ClientTlsChoice;
  /** Tries in all; unlimited without. */
  readonly maxTries?: number;
  readonly maxWaitMs?: number;
  /** The node makes a key of its own without it. */
  readonly privateKey?: EcPrivateKey;
  /** Set when no other scheme than corolla's own is good enough. */
  readonly requireNodeAuth?: "hmac";
  readonly nodeConfig: UserConfig;
  readonly clientAppIoAddress: string;
  /** For the ClientAppIo API; in the clear without. */
  readonly appIoTls?: ListenerTls;
  /** The folder for the contents of objects. */
  readonly contentsPath: string;
  readonly isolation: "subprocess" | "process";
  /** Path of a socket for Python apps that are given no network. */
  readonly appIoSocket?: string;
  readonly superexecSecret?: Uint8Array;
  readonly maxObjectBytes: number;
  readonly allowRuntimeDependencyInstallation: boolean;
}

type Flags = FlagValues<typeof supernodeFlags>;
type Warn = (text: string) => void;

/** Checks a SuperNode's command line. @throws {UserError} */
export async function supernodeSettings(flags: Flags, env: Env, warn: Warn): Promise<SuperNodeSettings> {
  addressFrom(flags.superlink, "superlink");
  const { host, port } = addressFrom(flags["clientappio-api-address"], "clientappio-api-address");
  const superlinkTls = await readClientTls(flags, env, warn);
  const retries = flags["max-retries"];
  const waitS = flags["max-wait-time"];
  return {
    superlinkAddress: flags.superlink,
    superlinkTls,
    maxTries: retries === undefined ? undefined : retries + 1,
    maxWaitMs: waitS === undefined ? undefined : waitS * 1000,
    privateKey: await privateKey(flags, env),
    requireNodeAuth: flags["require-node-auth"],
    nodeConfig: await readNodeConfig(flags["node-config"]),
    clientAppIoAddress: flags["clientappio-api-address"],
    healthAddress: optionalAddress(flags["health-server-address"], "health-server-address"),
    appIoTls: await readServerTls({
      ca: flags["appio-ssl-ca-certfile"],
      certificate: flags["appio-ssl-certfile"],
      key: flags["appio-ssl-keyfile"],
    }, { env, warn, flags: { names: tlsFlagNames("appio-ssl"), incompleteCode: 605, pathCode: 604 } }),
    contentsPath: join(flwrHome(env), "supernode", contentsName(host, port)),
    isolation: flags.isolation,
    superexecSecret: await readSecret(flags["superexec-auth-secret-file"], {
      isolation: flags.isolation,
      env,
      warn,
    }),
    maxObjectBytes: byteSizeFrom(flags["max-object-size"], "max-object-size"),
    allowRuntimeDependencyInstallation: flags["allow-runtime-dependency-installation"],
  };
}

/** Nobody else on this machine can have the same address, and so not the same folder. */
function contentsName(host: string, port: number): string {
  const place = port === 0 ? `pid-${Deno.pid}` : String(port);
  return `${host.replaceAll(/[^\w.-]/g, "_")}-${place}-objects`;
}

async function privateKey(flags: Flags, env: Env): Promise<EcPrivateKey | undefined> {
  const privatePath = flags["auth-supernode-private-key"];
  const publicPath = flags["auth-supernode-public-key"];
  if (flags.insecure && flags["require-node-auth"]) {
    throw needsTls("--require-node-auth hmac", "MACs need TLS");
  }
  if (privatePath === undefined) {
    if (publicPath === undefined) return undefined;
    throw new UserError("Cannot use --auth-supernode-public-key without --auth-supernode-private-key", {
      hint: "Give both, or neither: then the node makes a key for as long as it runs",
      exitCode: 302,
    });
  }
  if (flags.insecure) throw needsTls("--auth-supernode-private-key", "a signature needs TLS");
  return await readKeyPair({
    owner: "node",
    privateFlag: "auth-supernode-private-key",
    privatePath,
    publicFlag: "auth-supernode-public-key",
    publicPath,
    passphraseFile: flags["auth-passphrase-file"],
    exitCode: 302,
  }, env);
}

function needsTls(flag: string, reason: string): UserError {
  return new UserError(`Cannot use ${flag} with --insecure: ${reason}`, {
    exitCode: 303,
    hint: "Give --root-certificates instead of --insecure",
  });
}
