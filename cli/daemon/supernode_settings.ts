import { join } from "node:path";
import type { UserConfig } from "../../core/model/user_config.ts";
import { byteSizeFrom } from "../config/byte_size.ts";
import { type ClientTlsChoice, readClientTls } from "../config/client_tls.ts";
import type { FlagValues } from "../config/flags.ts";
import { addressFrom } from "../config/listen_address.ts";
import { readNodeConfig } from "../config/run_config.ts";
import { type ListenerTls, readServerTls, tlsFlagNames } from "../config/server_tls.ts";
import { type Env, flwrHome, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import { readSecret } from "./superexec_secret.ts";
import type { supernodeFlags } from "./supernode_flags.ts";

/** All that a SuperNode's Worker needs to know. Paths are absolute. */
export interface SuperNodeSettings {
  readonly superlinkAddress: string;
  readonly superlinkTls: ClientTlsChoice;
  /** Tries in all; unlimited without. */
  readonly maxTries?: number;
  readonly maxWaitMs?: number;
  /** The private key file's content; the node makes a key of its own without it. */
  readonly privateKey?: { readonly content: Uint8Array; readonly path: string };
  readonly nodeConfig: UserConfig;
  readonly clientAppIoAddress: string;
  /** For the ClientAppIo API; in the clear without. */
  readonly appIoTls?: ListenerTls;
  /** The folder for the contents of objects. */
  readonly contentsPath: string;
  readonly isolation: "subprocess" | "process";
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
  const superlinkTls = await readClientTls(flags, env);
  const retries = flags["max-retries"];
  const waitS = flags["max-wait-time"];
  return {
    superlinkAddress: flags.superlink,
    superlinkTls,
    maxTries: retries === undefined ? undefined : retries + 1,
    maxWaitMs: waitS === undefined ? undefined : waitS * 1000,
    privateKey: await privateKey(flags, env, warn),
    nodeConfig: await readNodeConfig(flags["node-config"]),
    clientAppIoAddress: flags["clientappio-api-address"],
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

async function privateKey(flags: Flags, env: Env, warn: Warn): Promise<SuperNodeSettings["privateKey"]> {
  const named = flags["auth-supernode-private-key"];
  if (flags["auth-supernode-public-key"] !== undefined) {
    warn("--auth-supernode-public-key is not used: the public key stands in the private key file");
  }
  if (named === undefined) return undefined;
  if (flags.insecure) {
    throw new UserError("Cannot use --auth-supernode-private-key with --insecure: a signature needs TLS", {
      exitCode: 303,
      hint: "Give --root-certificates instead of --insecure",
    });
  }
  const path = resolvePath(env, named);
  if (await env.files.kind(path) !== "file") {
    throw new UserError(`Path argument \`--auth-supernode-private-key\` does not point to a file: ${named}`, {
      exitCode: 302,
      hint: "`corolla keys` makes key pairs: keys/client_credentials_1",
    });
  }
  const content = await env.files.read(path);
  const { KeyFileError, readNodeKey } = await import("../../core/auth/key_file.ts");
  try {
    await readNodeKey(content, named);
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    throw new UserError(error.message, { exitCode: 302, hint: error.hint });
  }
  return { content, path: named };
}
