import type { AppPlugin } from "./ports.ts";
import type { RunId } from "../model/ids.ts";

/** The folders that one app process may write. Absolute paths. */
export interface AppPlaces {
  /** For as long as the process lives: its home, with the bundle and whatever is put aside. */
  readonly scratch: string;
  /** What its run leaves behind; ServerApps only. */
  readonly run?: string;
}

/** Makes the folders of app processes, and removes what nobody needs any more. */
export class PlaceKeeper {
  /**
   * @param folders.scratch existing folder that only this user may enter, for folders that come and go
   * @param folders.runs folder for what runs leave behind; made when it is needed
   */
  constructor(readonly folders: { readonly scratch: string; readonly runs: string }) {}

  /** Makes the folders of a process. */
  make(plugin: AppPlugin, runId: RunId): AppPlaces {
    const scratch = `${this.folders.scratch}/${crypto.randomUUID().slice(0, 13)}`;
    Deno.mkdirSync(`${scratch}/tmp`, { recursive: true, mode: 0o700 });
    if (plugin === "clientapp") return { scratch };
    const run = `${this.folders.runs}/${runId}`;
    Deno.mkdirSync(run, { recursive: true, mode: 0o700 });
    return { scratch, run };
  }

  /** Removes the scratch folder, and the run's when nothing was left in it. */
  clear({ scratch, run }: AppPlaces): void {
    remove(scratch, { recursive: true });
    // Nothing but an empty folder can be removed like this.
    if (run !== undefined) remove(run, { recursive: false });
  }
}

function remove(path: string, options: { recursive: boolean }): void {
  try {
    Deno.removeSync(path, options);
  } catch {
    // An app may have made folders that even this user cannot remove; the next start tries again.
  }
}
