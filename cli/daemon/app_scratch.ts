import { dirname, join } from "node:path";
import type { LaunchSettings } from "../../core/io/app_command.ts";
import type { Log } from "../../core/io/ports.ts";
import type { Env } from "../env.ts";
import { sayFence } from "./app_fence.ts";

/** Makes the folder for the folders of app processes, removes what killed daemons left, and says what holds apps in. */
export async function readyForApps(
  launch: LaunchSettings,
  { env, log, installs }: {
    env: Env;
    log: Log;
    /** Whether Python apps may install what they depend on, if they can. */
    installs: boolean;
  },
): Promise<void> {
  const { scratchFolder, runsFolder } = launch;
  const all = dirname(scratchFolder);
  await env.files.makeFolder(all, { mode: 0o700 });
  await removeLeft(all);
  await env.files.makeFolder(scratchFolder, { mode: 0o700 });
  await env.files.makeFolder(runsFolder, { mode: 0o700 });
  await hold(`${scratchFolder}.lock`);
  sayFence(launch, log);
  if (installs && !launch.allowRuntimeDependencyInstallation) {
    log.info(
      "Python apps run with the packages that are installed here: behind the fence they reach no index. Let them " +
        "with --allow-app-net HOST:443 for each host of your package index",
    );
  }
}

/** The kernel lets the lock go when this process ends, however it ends. */
async function hold(lockPath: string): Promise<void> {
  const file = await Deno.open(lockPath, { create: true, read: true, write: true, mode: 0o600 });
  await file.lock(true);
}

async function removeLeft(all: string): Promise<void> {
  for await (const { name } of Deno.readDir(all)) {
    const lockPath = join(all, name);
    if (!name.endsWith(".lock")) continue;
    using file = await Deno.open(lockPath, { read: true, write: true });
    if (!await file.tryLock(true)) continue;
    await Deno.remove(lockPath.slice(0, -".lock".length), { recursive: true }).catch(() => {});
    await Deno.remove(lockPath);
  }
}
