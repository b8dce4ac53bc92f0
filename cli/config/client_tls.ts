import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/** Whom a client trusts. */
export interface ClientTlsChoice {
  readonly insecure: boolean;
  /** The CA certificate as PEM; the system's roots count without it. */
  readonly rootCertificates?: Uint8Array;
  /** Absolute path of it, for app processes. */
  readonly rootPath?: string;
}

/**
 * Reads what `--insecure` and `--root-certificates` say.
 * @param warn hears of a CA certificate that expires soon
 * @throws {UserError} when both are given, or the file is none or holds no certificate
 */
export async function readClientTls(
  flags: { readonly insecure: boolean; readonly "root-certificates": string | undefined },
  env: Env,
  warn: (text: string) => void = () => {},
): Promise<ClientTlsChoice> {
  const { insecure, "root-certificates": named } = flags;
  if (named === undefined) return { insecure };
  if (insecure) {
    throw new UserError(
      "Conflicting options: --insecure means no TLS, so --root-certificates has nothing to verify",
      { hint: "Leave out one of the two", exitCode: 603 },
    );
  }
  const rootPath = resolvePath(env, named);
  if (await env.files.kind(rootPath) !== "file") {
    throw new UserError(`Path argument \`--root-certificates\` does not point to a file: ${named}`, {
      exitCode: 604,
      hint: "Name the CA certificate of the other side, such as certificates/ca.crt",
    });
  }
  const rootCertificates = await env.files.read(rootPath);
  const { checkRoots, TlsFileError } = await import("../../core/io/tls.ts");
  try {
    checkRoots({ path: named, content: rootCertificates }, env.clock.now()).forEach(warn);
  } catch (error) {
    if (error instanceof TlsFileError) throw new UserError(error.message, { hint: error.hint });
    throw error;
  }
  return { insecure, rootCertificates, rootPath };
}
