import { RpcError } from "../../core/rpc/status.ts";
import type { ControlClient } from "./control_client.ts";
import { explained } from "./explained.ts";
import type { Env } from "../env.ts";

/** A stream is opened afresh after so long, so that a connection that died silently is noticed. */
const REFRESH_MS = 60_000;
const PAUSE_MS = 500;
/** A SuperLink that is restarted may be away so long. */
const AWAY_MS = 30_000;
/** How long the first batch may take. */
const FIRST_MS = 5_000;

/**
 * Writes what a run prints until the run is finished or the user wants no more.
 * @returns whether the run's log has come to its end
 * @throws {UserError} when the SuperLink refuses or stays away
 */
export async function followLog(
  control: ControlClient,
  run: { runId: bigint; env: Env; write: (text: string) => void },
): Promise<"finished" | "interrupted"> {
  const { runId, env, write } = run;
  const enough = new AbortController();
  const deaf = env.onInterrupt(() => enough.abort());
  let after = 0;
  let awaySince: number | undefined;
  try {
    while (!enough.signal.aborted) {
      try {
        const request = { runId, after, timeoutMs: REFRESH_MS, signal: enough.signal };
        const before = after;
        for await (const { text, at } of control.logs(request)) {
          write(text);
          after = at;
          awaySince = undefined;
        }
        // Flower's own SuperLink may end the stream before the last lines: only a silent stream is the end.
        if (after <= before) return "finished";
      } catch (error) {
        if (enough.signal.aborted) break;
        const away = error instanceof RpcError && error.code === "UNAVAILABLE";
        const expired = error instanceof RpcError && error.code === "DEADLINE_EXCEEDED";
        awaySince = away ? awaySince ?? env.clock.now() : undefined;
        const tooLong = awaySince !== undefined && env.clock.now() - awaySince > AWAY_MS;
        if (tooLong || !(away || expired)) throw explained(error);
        await env.clock.sleep(PAUSE_MS, enough.signal);
      }
    }
    return "interrupted";
  } finally {
    deaf();
  }
}

/** How to go on after Ctrl-C: the run does not care who watches it. `calledAs` is what starts `flwr`. */
export function goOnText(runId: bigint, by: { calledAs: string; superlink: string | undefined }): string {
  const words = `${runId}${by.superlink === undefined ? "" : ` ${by.superlink}`}`;
  return `\nThe run goes on. See it with: ${by.calledAs} log ${words}. End it with: ${by.calledAs} stop ${words}\n`;
}

/** Writes what a run has printed up to now. @throws {UserError} */
export async function showLog(
  control: ControlClient,
  run: { runId: bigint; write: (text: string) => void },
): Promise<void> {
  const { runId, write } = run;
  try {
    for await (const { text } of control.logs({ runId, after: 0, timeoutMs: FIRST_MS })) {
      write(text);
      return;
    }
  } catch (error) {
    // A run that has said nothing yet keeps the stream open.
    if (!(error instanceof RpcError && error.code === "DEADLINE_EXCEEDED")) throw explained(error);
  }
}
