import type { Fab } from "../model/fab.ts";
import type { RunId } from "../model/ids.ts";
import type { UserConfig } from "../model/user_config.ts";
import type { Failure } from "./failure.ts";

/** A thread in which an app's code runs. */
export interface AppThread {
  /** The way to {@link serveApps} in the thread. Belongs to the caller. */
  readonly port: MessagePort;
  /** Resolves when the thread fails on its own: an error nobody caught, or its end. Never rejects. */
  readonly failed: Promise<Failure>;
  /** Ends the thread at once, whatever it is doing. */
  stop(): void;
}

/** A bundle as it lies on disk. */
export interface InstalledApp {
  /** Absolute path of its folder. */
  readonly folder: string;
  /** `@publisher/name==version`, where that is known. */
  readonly name?: string;
  /** The component references of the bundle. */
  readonly serverapp?: string;
  readonly clientapp?: string;
  /** The defaults of `[tool.flwr.app.config]`. */
  readonly config: UserConfig;
}

/** What the process that works on tasks provides: files and threads. */
export interface Stage {
  /** Puts the app on disk, or finds it there. @throws {Error} for a broken bundle, with a sentence for people */
  install(fab: Fab): Promise<InstalledApp>;
  /** Makes the folder that belongs to a run's ServerApp. @returns its absolute path */
  runFolder(runId: RunId): Promise<string>;
  /** Starts a thread that may read the app's folder, and use the run folder when there is one. */
  start(folders: { app: string; run?: string }): Promise<AppThread>;
}

/** The URL of a module of an installed app. */
export function moduleUrl(app: InstalledApp, modulePath: string): string {
  const folder = app.folder.replaceAll("\\", "/").replace(/^\/?/, "/");
  return `file://${
    folder.split("/").map(encodeURIComponent).join("/").replace(/^(\/\w)%3A/, "$1:")
  }/${modulePath}`;
}
