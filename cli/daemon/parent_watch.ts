import type { Clock } from "../../core/io/ports.ts";

/** How often the parent is looked for. */
const EVERY_MS = 200;

/** The process that takes over children whose parent is gone. */
const INIT_PID = 1;

/**
 * Resolves when the process that started this one is gone, or the signal is aborted.
 *
 * Any other process could only be watched with permission to run everything, so when a shell stands in between, it
 * is the shell that is watched.
 * @param pid the parent as the command line names it
 */
export async function parentGone(pid: number, on: { clock: Clock; signal: AbortSignal }): Promise<void> {
  const parent = Deno.ppid;
  if (parent === INIT_PID && pid !== INIT_PID) return;
  while (!on.signal.aborted && Deno.ppid === parent) await on.clock.sleep(EVERY_MS, on.signal);
}
