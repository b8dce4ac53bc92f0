import type { ServerTls } from "../../core/io/grpc/server.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/** A listener's certificate: what is read of it, and where its CA stands for those who connect from here. */
export interface ListenerTls extends ServerTls {
  /** Absolute path of the CA certificate. */
  readonly caPath: string;
  /** Absolute paths of the CA certificate, the certificate and its key. */
  readonly paths: readonly [ca: string, certificate: string, key: string];
}

/** The three paths of a listener's certificate as the flags give them. */
export interface TlsPaths {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** What {@link readServerTls} says when something is wrong. */
export interface TlsFlags {
  /** Flag names in the order CA, certificate, key. */
  readonly names: readonly [string, string, string];
  /** Flower's number for an incomplete set of files. */
  readonly incompleteCode?: number;
  /** Flower's number for a path that is no file. */
  readonly pathCode?: number;
}

/** The flags of a listener's certificate, for `--help` and messages. */
export function tlsFlagNames(prefix: "ssl" | "appio-ssl"): TlsFlags["names"] {
  return [`${prefix}-ca-certfile`, `${prefix}-certfile`, `${prefix}-keyfile`];
}

/**
 * Reads and checks a listener's certificate files. Undefined when none of the three flags is given.
 * @param warn hears of what is not wrong yet, such as a certificate that expires soon
 * @throws {UserError} for an incomplete set, a path that is no file, or files that do not fit each other
 */
export async function readServerTls(
  paths: TlsPaths,
  how: { env: Env; flags: TlsFlags; warn: (text: string) => void },
): Promise<ListenerTls | undefined> {
  const { env, flags, warn } = how;
  const given = [paths.ca, paths.certificate, paths.key];
  if (given.every((path) => path === undefined)) return undefined;
  refuseIncomplete(given, flags);
  const named = given as string[];
  const absolute = await existing(named, { env, flags });
  const [ca, certificate, key] = await Promise.all(absolute.map((path) => read(env, path)));
  const { checkServerFiles, TlsFileError } = await import("../../core/io/tls.ts");
  try {
    const warnings = checkServerFiles({
      rootCertificates: { path: named[0], content: ca },
      certificateChain: { path: named[1], content: certificate },
      privateKey: { path: named[2], content: key },
    }, env.clock.now());
    for (const warning of warnings) warn(warning);
  } catch (error) {
    if (error instanceof TlsFileError) throw new UserError(error.message, { hint: error.hint });
    throw error;
  }
  const [caPath, certificatePath, keyPath] = absolute;
  return {
    certificateChain: certificate,
    privateKey: key,
    rootCertificates: ca,
    caPath,
    paths: [caPath, certificatePath, keyPath],
  };
}

function refuseIncomplete(given: readonly (string | undefined)[], flags: TlsFlags): void {
  const missing = flags.names.filter((_, index) => given[index] === undefined);
  if (missing.length === 0) return;
  const all = flags.names.map((name) => `--${name}`).join(", ");
  throw new UserError(
    `Cannot set up TLS without ${
      missing.map((name) => `--${name}`).join(" and ")
    }: ${all} must be given together`,
    { exitCode: flags.incompleteCode },
  );
}

/** The paths, made absolute. @throws {UserError} for the first that is no file */
async function existing(named: readonly string[], how: { env: Env; flags: TlsFlags }): Promise<string[]> {
  const { env, flags } = how;
  const absolute = named.map((path) => resolvePath(env, path));
  for (const [index, path] of absolute.entries()) {
    if (await env.files.kind(path) === "file") continue;
    throw new UserError(
      `Path argument \`--${flags.names[index]}\` does not point to a file: ${named[index]}`,
      {
        exitCode: flags.pathCode,
        hint: "`corolla certs` makes such files in the folder certificates",
      },
    );
  }
  return absolute;
}

async function read(env: Env, path: string): Promise<Uint8Array> {
  try {
    return await env.files.read(path);
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${error instanceof Error ? error.message : error}`, {
      hint: "Let this user read the file, or name another one",
    });
  }
}
