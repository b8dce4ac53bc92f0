import { join, relative } from "node:path";
import { command } from "../command.ts";
import { number } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { type NewFile, refuseToReplace, writeNewFiles } from "./new_files.ts";

const DEFAULT_FOLDER = "keys";
const DEFAULT_NODES = 2;
const SERVER = "server_credentials";
const LIST = "client_public_keys.csv";
const CHECK_BYTES = 4;

/** `corolla keys`: key pairs for SuperNodes, under the names that Flower's guides use. */
export const keys = command({
  summary: "Make key pairs for SuperNodes that prove who they are (OpenSSH format, NIST curve P-384).\n" +
    `Also keeps ${LIST}, the list of all SuperNodes' public keys, and makes a pair for the SuperLink if there is none.`,
  words: ["[FOLDER]"],
  wordHelp: { "[FOLDER]": `Where the files are made (default: ${DEFAULT_FOLDER})` },
  flags: {
    nodes: number({ help: `How many SuperNodes (default: ${DEFAULT_NODES})`, placeholder: "N", min: 1 }),
    start: number({ help: "Number of the first one (default: 1)", placeholder: "K", min: 1 }),
  },
  examples: [
    { for: "For two SuperNodes", line: "$" },
    { for: "For three more later", line: "$ --start 3 --nodes 3" },
    {
      for: "Then make one known to a SuperLink",
      line: "flwr supernode register keys/client_credentials_1.pub",
    },
  ],
}, async ({ flags, words }, env) => {
  const folder = resolvePath(env, words[0] ?? DEFAULT_FOLDER);
  const { start = 1, nodes = DEFAULT_NODES } = flags;
  const names = Array.from({ length: nodes }, (_, index) => `client_credentials_${start + index}`);
  const hint = `Move it away, name another folder, or go on with higher numbers: ${env.calledAs} --start K`;
  await refuseToReplace(env, names.flatMap((name) => pairPaths(folder, name)), hint);
  const pairs = await Promise.all(names.map((name) => makePair(name, env)));
  const [server, serverPublic] = pairPaths(folder, SERVER);
  const hasServer = await env.files.kind(server) !== undefined ||
    await env.files.kind(serverPublic) !== undefined;
  const all = hasServer ? pairs : [await makePair(SERVER, env), ...pairs];
  await writeNewFiles(env, all.flatMap((pair) => pairFiles(folder, pair)), hint);
  await extendList(join(folder, LIST), pairs, env);
  report(env, { folder, pairs: all });
  return 0;
});

interface Pair {
  readonly name: string;
  readonly privateKey: string;
  /** One line without comment. */
  readonly publicKey: string;
}

async function makePair(name: string, env: Env): Promise<Pair> {
  const [{ generateKeyPair }, { formatOpensshPrivateKey, formatOpensshPublicKey }] = await Promise.all([
    import("../../core/auth/keys.ts"),
    import("../../core/wire/openssh_key.ts"),
  ]);
  const key = await generateKeyPair();
  const check = env.random.bytes(CHECK_BYTES);
  return {
    name,
    privateKey: formatOpensshPrivateKey(key, { check, comment: name }),
    publicKey: formatOpensshPublicKey(key),
  };
}

function pairPaths(folder: string, name: string): [string, string] {
  return [join(folder, name), join(folder, `${name}.pub`)];
}

function pairFiles(folder: string, pair: Pair): NewFile[] {
  const [privatePath, publicPath] = pairPaths(folder, pair.name);
  return [
    { path: privatePath, content: pair.privateKey, secret: true },
    { path: publicPath, content: `${pair.publicKey} ${pair.name}\n`, secret: false },
  ];
}

/** Adds keys to the list: public keys without comments, separated by commas, as Flower's guide asks for. */
async function extendList(path: string, pairs: readonly Pair[], env: Env): Promise<void> {
  const known = await env.files.kind(path) === "file" ? (await env.files.readText(path)).trimEnd() : "";
  const cells = [...known === "" ? [] : [known], ...pairs.map((pair) => pair.publicKey)];
  await env.files.write(path, cells.join(","));
}

function report(env: Env, made: { folder: string; pairs: readonly Pair[] }): void {
  const shown = (name: string) => relative(env.cwd, join(made.folder, name)) || name;
  const width = Math.max(...made.pairs.map((pair) => shown(pair.name).length), shown(LIST).length);
  for (const { name } of made.pairs) {
    const whose = name === SERVER ? "the SuperLink" : "one SuperNode";
    env.stdout(
      `${shown(name).padEnd(width)}  private key, only for ${whose}; its public key is ${name}.pub\n`,
    );
  }
  env.stdout(`${shown(LIST).padEnd(width)}  the public keys of all SuperNodes\n`);
}
