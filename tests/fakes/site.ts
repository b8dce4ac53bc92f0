import { assertEquals } from "@std/assert";
import { run } from "../../cli/run.ts";
import { makeServerFiles } from "./certificates.ts";
import type { Daemon } from "./daemon.ts";
import { fakeEnv } from "./env.ts";

/** A folder with a CA, a server certificate and nothing else; removed afterwards. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "corolla-daemons-" }));
  const { ca, server } = await makeServerFiles();
  await Deno.writeFile(`${folder}/ca.crt`, ca.certificate);
  await Deno.writeFile(`${folder}/server.pem`, server.certificate);
  await Deno.writeFile(`${folder}/server.key`, server.privateKey);
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The flags of a SuperLink for the files that {@link inFolder} makes. */
export function tlsFlags(folder: string, prefix = "ssl"): string[] {
  return [
    ...[`--${prefix}-ca-certfile`, `${folder}/ca.crt`],
    ...[`--${prefix}-certfile`, `${folder}/server.pem`],
    ...[`--${prefix}-keyfile`, `${folder}/server.key`],
  ];
}

/** Every listener of a SuperLink on a port that the system chooses. */
export const ANY_PORTS = ["fleet", "control", "serverappio"].flatMap((
  api,
) => [`--${api}-api-address`, "127.0.0.1:0"]);

/** The permissions that are printed for a command line. */
export async function denoFlagsFor(words: readonly string[], folder: string): Promise<string[]> {
  const env = fakeEnv({ cwd: folder, variables: { FLWR_HOME: `${folder}/home`, PATH: "" } });
  assertEquals(await run(["permissions", ...words], env), 0);
  return env.out().trim().split(" ");
}

/** Where a daemon says that it listens. */
export async function addressOf(daemon: Daemon, api: string): Promise<string> {
  return (await daemon.says(new RegExp(`Starting ${api}.* on (\\S+)\n`)))[1];
}
