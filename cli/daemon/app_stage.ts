import { join } from "node:path";
import { type AppThread, type InstalledApp, moduleUrl, type Stage } from "../../core/app/stage.ts";
import { installFiles } from "../../core/io/fab_install.ts";
import type { Fab } from "../../core/model/fab.ts";
import type { RunId } from "../../core/model/ids.ts";
import { installFolder, readFab } from "../../core/wire/fab/fab.ts";
import { type AppFolders, startAppThread, type ThreadGrants } from "./app_thread.ts";
import type { AppCode } from "./compartment/app_code.ts";

/** Where apps and the folders of runs lie. Absolute paths. */
export interface StageFolders {
  readonly apps: string;
  readonly runs: string;
}

/** Puts apps on this machine's disk and runs them in Workers. */
export class AppStage implements Stage {
  readonly #folders: StageFolders;
  readonly #grants: ThreadGrants;
  readonly #inCompartment: boolean;
  readonly #codes = new Map<string, AppCode>();
  readonly #installed = new Map<string, Promise<InstalledApp>>();
  readonly #runFolders: string[] = [];
  #last: AppFolders | undefined;
  #spare: { readonly key: string; readonly thread: AppThread } | undefined;

  /** @param options.inCompartment whether apps run in a compartment, past Deno's loader */
  constructor(
    folders: StageFolders,
    options: { readonly grants: ThreadGrants; readonly inCompartment?: boolean },
  ) {
    this.#folders = folders;
    this.#grants = options.grants;
    this.#inCompartment = options.inCompartment ?? false;
  }

  install(fab: Fab): Promise<InstalledApp> {
    let installed = this.#installed.get(fab.hash);
    if (!installed) {
      installed = this.#install(fab);
      this.#installed.set(fab.hash, installed);
      installed.catch(() => this.#installed.delete(fab.hash));
    }
    return installed;
  }

  async runFolder(runId: RunId): Promise<string> {
    const folder = join(this.#folders.runs, String(runId));
    await Deno.mkdir(folder, { recursive: true });
    this.#runFolders.push(folder);
    return folder;
  }

  /** Removes the folders of runs in which nothing was left. */
  async removeUnused(): Promise<void> {
    // Nothing but an empty folder can be removed like this.
    for (const folder of this.#runFolders) await Deno.remove(folder).catch(() => {});
  }

  // deno-lint-ignore require-await -- the port's signature
  async start(folders: AppFolders): Promise<AppThread> {
    const spare = this.#spare;
    this.#last = folders;
    this.#spare = undefined;
    if (spare?.key === JSON.stringify(folders)) return spare.thread;
    spare?.thread.stop();
    return this.#thread(folders);
  }

  /**
   * Starts a thread ahead of its task, since most tasks are for the app of the one before. It has seen nothing of
   * any app yet.
   */
  prepareNext(): void {
    if (!this.#last || this.#spare) return;
    this.#spare = { key: JSON.stringify(this.#last), thread: this.#thread(this.#last) };
  }

  #thread(folders: AppFolders): AppThread {
    const code = this.#codes.get(folders.app);
    if (this.#inCompartment && code === undefined) {
      throw new Error(`Cannot run what is not installed: ${folders.app}`);
    }
    return startAppThread(folders, this.#grants, { code });
  }

  async #install(fab: Fab): Promise<InstalledApp> {
    const info = readFab(fab.content);
    const folder = join(this.#folders.apps, installFolder(info));
    const name = `@${info.fabId}==${info.fabVersion}`;
    const app = { folder, name, ...info.components, config: info.config };
    await Promise.all([installFiles(folder, info.files), this.#prepareCode(app, info.files)]);
    return app;
  }

  async #prepareCode(app: InstalledApp, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    if (!this.#inCompartment) return;
    const { transpile } = await import("./compartment/transpile.ts");
    this.#codes.set(app.folder, await transpile(files, moduleUrl(app, "")));
  }
}
