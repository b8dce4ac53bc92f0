import { launchedPrograms, type LaunchSettings } from "./app_command.ts";
import { RemoteLauncher } from "./launcher_port.ts";
import type { LauncherWorkerMessage } from "./launcher_worker.ts";

/** The main thread's hold on the Worker that starts app processes. */
export interface LauncherHost {
  /** A port for another Worker, which makes a `RemoteLauncher` of it. */
  connect(): MessagePort;
  /** Ends every app process and then the Worker. */
  stop(): Promise<void>;
}

/** What the launcher Worker may do for these settings, to the letter. */
export function launcherPermissions(settings: LaunchSettings): Deno.PermissionOptionsObject {
  return {
    run: launchedPrograms(settings),
    write: [settings.scratchFolder, settings.runsFolder],
    read: [settings.scratchFolder, settings.runsFolder],
    net: false,
    env: false,
    sys: false,
    ffi: false,
    import: false,
  };
}

/**
 * Starts the launcher Worker. The calling thread must itself hold what {@link launcherPermissions} lists.
 * @param onCrash called when the Worker fails, which only a mistake in this program can bring about
 */
export function startLauncherWorker(
  settings: LaunchSettings,
  onCrash: (reason: string) => void,
): LauncherHost {
  const worker = new Worker(new URL("./launcher_worker.ts", import.meta.url).href, {
    type: "module",
    name: "launcher",
    deno: { permissions: launcherPermissions(settings) },
  });
  worker.onerror = (event) => {
    event.preventDefault();
    onCrash(event.message);
  };
  const post = (message: LauncherWorkerMessage, transfer: Transferable[] = []) =>
    worker.postMessage(message, transfer);
  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    post({ kind: "connect", port: port2 }, [port2]);
    return port1;
  };
  post({ kind: "settings", settings });
  const own = new RemoteLauncher(connect());
  return {
    connect,
    stop: async () => {
      await own.stop();
      worker.terminate();
    },
  };
}
