import { join } from "node:path";
import type { AppThread, InstalledApp, Stage } from "../../core/app/stage.ts";
import { installFiles } from "../../core/io/fab_install.ts";
import type { Fab } from "../../core/model/fab.ts";
import type { RunId } from "../../core/model/ids.ts";
import { installFolder, readFab } from "../../core/wire/fab/fab.ts";
import { type AppFolders, startAppThread, type ThreadGrants } from "./app_thread.ts";

/** Where apps and the folders of runs lie. Absolute paths. */
export interface StageFolders {
  readonly apps: string;
  readonly runs: string;
}

/** Puts apps on this machine's disk and runs them in Workers. */
export class AppStage implements Stage {
  readonly #folders: StageFolders;
  readonly #grants: ThreadGrants;
  readonly #refusal: Error | undefined;
  readonly #installed = new Map<string, Promise<InstalledApp>>();
  readonly #runFolders: string[] = [];
  #last: AppFolders | undefined;
  #spare: { readonly key: string; readonly thread: AppThread } | undefined;

  /** @param options.refusal why no app is installed here, if none is */
  constructor(folders: StageFolders, options: { readonly grants: ThreadGrants; readonly refusal?: Error }) {
    this.#folders = folders;
    this.#grants = options.grants;
    this.#refusal = options.refusal;
  }

  install(fab: Fab): Promise<InstalledApp> {
    if (this.#refusal) return Promise.reject(this.#refusal);
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
    return startAppThread(folders, this.#grants);
  }

  /**
   * Starts a thread ahead of its task, since most tasks are for the app of the one before. It has seen nothing of
   * any app yet.
   */
  prepareNext(): void {
    if (!this.#last || this.#spare) return;
    this.#spare = { key: JSON.stringify(this.#last), thread: startAppThread(this.#last, this.#grants) };
  }

  async #install(fab: Fab): Promise<InstalledApp> {
    const info = readFab(fab.content);
    const folder = join(this.#folders.apps, installFolder(info));
    await installFiles(folder, info.files);
    const name = `@${info.fabId}==${info.fabVersion}`;
    return { folder, name, ...info.components, config: info.config };
  }
}
