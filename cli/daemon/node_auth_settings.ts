import type { EcPrivateKey } from "../../core/wire/ec_key.ts";
import type { FlagValues } from "../config/flags.ts";
import type { Env } from "../env.ts";
import { UserError } from "../output.ts";
import { readKeyPair } from "./key_files.ts";
import { type KeyListFile, readKnownKeys } from "./known_keys.ts";
import type { superlinkFlags } from "./superlink_flags.ts";

/** How a SuperLink tells SuperNodes apart. */
export interface NodeAuthSettings {
  /** Whether only registered SuperNodes may come. */
  readonly supernodeAuth: boolean;
  /** The public keys of the SuperNodes that may come; the file is watched. */
  readonly keyList?: KeyListFile;
  /** What 1.14.0 SuperNodes share a secret with. */
  readonly superlinkKey?: EcPrivateKey;
  /** Set when no other scheme than corolla's own is good enough. */
  readonly requireNodeAuth?: "hmac";
}

type Flags = FlagValues<typeof superlinkFlags>;

/** Reads the flags that say which SuperNodes may come. @throws {UserError} */
export async function nodeAuthSettings(flags: Flags, env: Env): Promise<NodeAuthSettings> {
  const list = flags["auth-list-public-keys"];
  const requireNodeAuth = flags["require-node-auth"];
  const supernodeAuth = flags["enable-supernode-auth"] || list !== undefined;
  refuseHalf(flags, supernodeAuth);
  if (flags.insecure && (supernodeAuth || requireNodeAuth)) throw needsTls();
  const superlinkKey = await superlinkKeyOf(flags, env);
  const keyList = list === undefined
    ? undefined
    : await readKnownKeys(list, { env, curve: superlinkKey?.curve });
  return { supernodeAuth, keyList, superlinkKey, requireNodeAuth };
}

/** The pair of the SuperLink is of use only where nodes are known, and its public half only beside the private one. */
function refuseHalf(flags: Flags, supernodeAuth: boolean): void {
  const [secret, shown] = [flags["auth-superlink-private-key"], flags["auth-superlink-public-key"]];
  const hint =
    "Give --auth-list-public-keys, --auth-superlink-private-key and --auth-superlink-public-key together";
  if (shown !== undefined && secret === undefined) {
    throw new UserError("Cannot use --auth-superlink-public-key without --auth-superlink-private-key", {
      hint,
    });
  }
  if (secret !== undefined && !supernodeAuth) {
    throw new UserError("Cannot use --auth-superlink-private-key without --auth-list-public-keys", { hint });
  }
}

function needsTls(): UserError {
  return new UserError(
    "Cannot authenticate SuperNodes with --insecure: signatures need TLS to be worth anything",
    {
      hint: "Give --ssl-ca-certfile, --ssl-certfile and --ssl-keyfile; `corolla certs` makes them",
      exitCode: 104,
    },
  );
}

async function superlinkKeyOf(flags: Flags, env: Env): Promise<EcPrivateKey | undefined> {
  const privatePath = flags["auth-superlink-private-key"];
  if (privatePath === undefined) return undefined;
  return await readKeyPair({
    owner: "SuperLink",
    privateFlag: "auth-superlink-private-key",
    privatePath,
    publicFlag: "auth-superlink-public-key",
    publicPath: flags["auth-superlink-public-key"],
    passphraseFile: flags["auth-passphrase-file"],
  }, env);
}
