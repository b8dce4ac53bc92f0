import type { Failure } from "../../core/app/failure.ts";
import type { AppThread } from "../../core/app/stage.ts";
import type { AppWorkerStart } from "./app_worker.ts";

/** What an app's Worker may use beside the app's own folder. Paths are absolute. */
export interface ThreadGrants {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly net: readonly string[];
}

/** The folders of a task. Absolute paths. */
export interface AppFolders {
  /** The app's code, to be read. */
  readonly app: string;
  /** The run's own, to be read and written. */
  readonly run?: string;
}

/**
 * Starts a Worker for an app's code. It can do nothing but compute, read the app's folder, use the run's, and what
 * is granted.
 */
export function startAppThread({ app, run }: AppFolders, grants: ThreadGrants): AppThread {
  const own = run === undefined ? [] : [run];
  const write = [...own, ...grants.write];
  const worker = new Worker(new URL("./app_worker.ts", import.meta.url).href, {
    type: "module",
    name: "app",
    deno: {
      permissions: {
        read: [app, ...write, ...grants.read],
        write: write.length > 0 ? write : false,
        net: grants.net.length > 0 ? [...grants.net] : false,
        env: false,
        run: false,
        ffi: false,
        sys: false,
        import: false,
      },
    },
  });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ port: port2 } satisfies AppWorkerStart, [port2]);
  const { promise: failed, resolve } = Promise.withResolvers<Failure>();
  worker.onerror = (event) => {
    event.preventDefault();
    resolve({ type: "Error", message: event.message });
  };
  return { port: port1, failed, stop: () => worker.terminate() };
}
