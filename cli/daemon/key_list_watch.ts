import { KeyListError, readKeyList } from "../../core/auth/key_list.ts";
import type { Clock, Log } from "../../core/io/ports.ts";
import { watchFiles } from "../../core/io/watched_file.ts";
import type { KeyListFile } from "./known_keys.ts";

/** What follows a change of the list. */
export interface KeyListWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Puts these keys in force in place of those before. */
  apply(keys: readonly Uint8Array[]): Promise<void>;
}

/**
 * Puts the list's keys in force whenever the file changes, until the signal is aborted. A file that cannot be read or
 * used changes nothing but the log: the keys that were listed last stay in force.
 */
export async function watchKeyList(list: KeyListFile, options: KeyListWatchOptions): Promise<void> {
  const { clock, log, signal, apply } = options;
  const { path, curve } = list;
  await watchFiles([path], [list.content], {
    clock,
    signal,
    lost: (reason) => log.error(`Cannot read the list of SuperNode keys; the keys in force stay: ${reason}`),
    changed: async ([content]) => {
      try {
        const keys = await readKeyList(content, { path, curve });
        await apply(keys);
        log.info(`The list of SuperNode keys has changed: ${keys.length} known public keys`);
      } catch (error) {
        const reason = error instanceof KeyListError ? error.message : String(error);
        log.error(
          `The list of SuperNode keys has changed and cannot be used; the keys in force stay: ${reason}`,
        );
      }
    },
  });
}
