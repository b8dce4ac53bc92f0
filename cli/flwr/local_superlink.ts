import { join } from "node:path";
import type { Connection } from "../config/connections.ts";
import { type Env, flwrHome } from "../env.ts";
import { UserError } from "../output.ts";

/** How long a SuperLink on this machine may take to answer. */
const PROBE_MS = 1_000;
/** How long one that was started may take until it does. */
const START_MS = 15_000;
/** How often it is looked for meanwhile. */
const LOOK_MS = 100;
/** Where Flower's own `flwr` keeps the SuperLink that it starts for simulations. */
const DEFAULT_PORT = "39093";

/** Whether a connection's address is one of the words for a SuperLink that is started when it is needed. */
export function isLocal({ address }: Connection): boolean {
  return /^:local(-in-memory)?:$/.test(address);
}

/**
 * The connection to this machine's own SuperLink, which simulates what it runs. If there is none, whoever started
 * it, one is started, and it stays.
 * @param say told what takes so long
 * @throws {UserError} when none can be started
 */
export async function localSuperLink(
  connection: Connection,
  { env, say }: { env: Env; say: (text: string) => void },
): Promise<Connection> {
  const port = env.get("FLWR_LOCAL_CONTROL_API_PORT") || DEFAULT_PORT;
  const address = `127.0.0.1:${port}`;
  if (!await isThere(address, env)) {
    say(`Starting local SuperLink on ${address}...\n`);
    await startSuperLink(connection, { address, env });
  }
  return { ...connection, address, insecure: true, rootCertificates: undefined };
}

async function isThere(address: string, env: Env): Promise<boolean> {
  const transport = await env.connect({ address, tls: "insecure" });
  try {
    await transport.ready(PROBE_MS);
    return true;
  } catch {
    return false;
  } finally {
    transport.close();
  }
}

async function startSuperLink(
  connection: Connection,
  { address, env }: { address: string; env: Env },
): Promise<void> {
  const folder = join(flwrHome(env), "local-superlink");
  await env.files.makeFolder(folder, { mode: 0o700 });
  const words = superLinkWords(connection, { address, folder });
  const process = await env.startDetached(words);
  const life: { status?: number } = {};
  process.ended.then((status) => life.status = status);
  const deadline = env.clock.now() + START_MS;
  while (env.clock.now() < deadline) {
    if (await isThere(address, env)) return;
    // Somebody else may have started one at the same moment.
    if (life.status !== undefined && await isThere(address, env)) return;
    if (life.status !== undefined) {
      throw await failedStart(`it ended with status ${life.status}`, { folder, env });
    }
    await env.clock.sleep(LOOK_MS);
  }
  process.stop();
  throw await failedStart(`it was not there after ${START_MS / 1_000} s`, { folder, env });
}

function superLinkWords(
  { address: kind, appRead = [] }: Connection,
  { address, folder }: { address: string; folder: string },
): string[] {
  return [
    "superlink",
    "--insecure",
    "--simulation",
    ...["--isolation", "subprocess"],
    ...["--control-api-address", address],
    ...["--serverappio-api-address", "127.0.0.1:0"],
    ...["--log-file", logPath(folder)],
    // Flower's own keeps a database of another kind there, as state.db.
    ...["--database", kind === ":local:" ? join(folder, "corolla.db") : ":flwr-in-memory:"],
    ...appRead.flatMap((path) => ["--allow-app-read", path]),
  ];
}

function logPath(folder: string): string {
  return join(folder, "superlink.log");
}

async function failedStart(
  why: string,
  { folder, env }: { folder: string; env: Env },
): Promise<UserError> {
  const path = logPath(folder);
  const log = await env.files.readText(path).catch(() => "");
  const words = log.trim().split("\n").at(-1)?.trim();
  return new UserError(`Failed to start local SuperLink: ${why}${words ? ` (${words})` : ""}`, {
    hint: `All it said is in ${path}. To use one that runs already, name its connection in config.toml`,
  });
}
