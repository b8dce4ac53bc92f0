import type { Failure } from "../../core/app/failure.ts";
import type { AppThread } from "../../core/app/stage.ts";
import type { AppWorkerStart } from "./app_worker.ts";
import type { AppCode } from "./compartment/app_code.ts";
import type { CompartmentStart } from "./compartment/compartment_worker.ts";

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
 * @param options.code the app's modules where they are to run in a compartment
 */
export function startAppThread(
  { app, run }: AppFolders,
  grants: ThreadGrants,
  { code }: { readonly code?: AppCode } = {},
): AppThread {
  const own = run === undefined ? [] : [run];
  const write = [...own, ...grants.write];
  const module = code === undefined
    ? new URL("./app_worker.ts", import.meta.url)
    : new URL("./compartment/compartment_worker.ts", import.meta.url);
  const worker = new Worker(module.href, {
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
  const start: AppWorkerStart | CompartmentStart = code === undefined
    ? { port: port2 }
    : { port: port2, code, leads: run !== undefined };
  worker.postMessage(start, [port2]);
  const { promise: failed, resolve } = Promise.withResolvers<Failure>();
  worker.onerror = (event) => {
    event.preventDefault();
    resolve({ type: "Error", message: event.message });
  };
  return { port: port1, failed, stop: () => worker.terminate() };
}
