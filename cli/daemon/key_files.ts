import { Buffer } from "node:buffer";
import { KeyFileError, type KeyOwner, readPrivateKey, readPublicKey } from "../../core/auth/key_file.ts";
import type { EcPrivateKey } from "../../core/wire/ec_key.ts";
import { encodeSpkiPem } from "../../core/wire/spki.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/** A passphrase is asked for so often before the program gives up. */
const TRIES = 3;

/** Which files hold a key pair, as the command line names them. */
export interface KeyPairFlags {
  readonly owner: KeyOwner;
  /** The flag that names the private key, without dashes. */
  readonly privateFlag: string;
  readonly privatePath: string;
  readonly publicFlag: string;
  /** The public key; it must belong to the private one. */
  readonly publicPath?: string;
  readonly passphraseFile?: string;
  /** Flower's number for a key that cannot be used. */
  readonly exitCode?: number;
}

/**
 * Reads a key pair. A passphrase is read from its file or asked for at the terminal.
 * @throws {UserError} when a file is not there or is no key, or when the two halves do not belong together
 */
export async function readKeyPair(flags: KeyPairFlags, env: Env): Promise<EcPrivateKey> {
  const key = await asUserError(flags, () => privateKeyIn(flags, env));
  const { publicFlag, publicPath, owner } = flags;
  if (publicPath === undefined) return key;
  const content = await contentOf(publicPath, { flag: publicFlag, ...flags }, env);
  const announced = await asUserError(flags, () => readPublicKey(content, publicPath, owner));
  if (Buffer.from(announced).equals(encodeSpkiPem(key))) return key;
  throw new UserError(
    `Cannot use --${publicFlag} ${publicPath}: it must be the public half of ${flags.privatePath}, and is another's`,
    {
      hint: `Name the .pub file that was made together with ${flags.privatePath}`,
      exitCode: flags.exitCode,
    },
  );
}

async function privateKeyIn(flags: KeyPairFlags, env: Env): Promise<EcPrivateKey> {
  const { privatePath: path, owner } = flags;
  const content = await contentOf(path, { flag: flags.privateFlag, ...flags }, env);
  const passphrase = flags.passphraseFile === undefined
    ? undefined
    : await passphraseIn(flags.passphraseFile, env);
  try {
    return await readPrivateKey({ content, path, owner, passphrase });
  } catch (error) {
    if (!(error instanceof KeyFileError) || !error.wantsPassphrase) throw error;
    return await asked({ content, path, owner }, { env, unopened: error });
  }
}

/** Reads the key with the passphrase that the person at the terminal types. */
async function asked(
  file: { content: Uint8Array; path: string; owner: KeyOwner },
  { env, unopened }: { env: Env; unopened: KeyFileError },
): Promise<EcPrivateKey> {
  for (let left = TRIES;; left--) {
    const typed = await env.askSecret(`Passphrase of ${file.path}: `);
    if (typed === undefined) throw unopened;
    try {
      return await readPrivateKey({ ...file, passphrase: new TextEncoder().encode(typed) });
    } catch (error) {
      if (!(error instanceof KeyFileError) || left <= 1) throw error;
      env.stderr(`${error.message}\n`);
    }
  }
}

async function passphraseIn(named: string, env: Env): Promise<Uint8Array> {
  const content = await contentOf(named, { flag: "auth-passphrase-file" }, env);
  const end = content.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  return end < 0 ? content : content.subarray(0, end);
}

async function contentOf(
  named: string,
  { flag, exitCode }: { flag: string; exitCode?: number },
  env: Env,
): Promise<Uint8Array> {
  const path = resolvePath(env, named);
  if (await env.files.kind(path) === "file") return await env.files.read(path);
  throw new UserError(`Path argument \`--${flag}\` does not point to a file: ${named}`, {
    hint: HINTS[flag] ?? "`corolla keys` makes key pairs",
    exitCode,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  "auth-supernode-private-key": "`corolla keys` makes key pairs: keys/client_credentials_1",
  "auth-supernode-public-key": "`corolla keys` makes key pairs: keys/client_credentials_1.pub",
  "auth-superlink-private-key": "`corolla keys` makes key pairs: keys/server_credentials",
  "auth-superlink-public-key": "`corolla keys` makes key pairs: keys/server_credentials.pub",
  "auth-passphrase-file": "Write the passphrase into a file that nobody else may read",
};

async function asUserError<T>({ exitCode }: { exitCode?: number }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    throw new UserError(error.message, { hint: error.hint, exitCode });
  }
}
