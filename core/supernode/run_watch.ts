import type { RunId } from "../model/ids.ts";
import { wishHold } from "../rpc/peer.ts";
import { fleet as methods } from "../wire/methods.ts";
import type { NodeState } from "./node_state.ts";
import { isStatus } from "./refusal.ts";

/** Most messages are answered before this; for them the SuperLink is not asked. Milliseconds. */
const FIRST_LOOK_MS = 1_000;
/** How long a SuperLink of ours is asked to wait for the end of the run. Milliseconds. */
const HOLD_MS = 25_000;
/** Between two questions to one that answers at once, as official ones do. Milliseconds. */
const PAUSE_MS = 10_000;
/** A question that took longer than this was held. Milliseconds. */
const HELD_MS = 1_000;

/**
 * Resolves with true when the SuperLink says that a run is not running any more: nobody would take a reply. False when
 * the signal is aborted. A SuperLink that is away says nothing, and is asked again.
 */
export async function runEnds(state: NodeState, runId: RunId, signal: AbortSignal): Promise<boolean> {
  const { fleet, nodeId, clock } = state;
  const request = { node: { node_id: nodeId }, run_id: runId };
  await clock.sleep(FIRST_LOOK_MS, signal);
  while (!signal.aborted) {
    const since = clock.now();
    try {
      await fleet.call(methods.GetRun, request, { metadata: wishHold(HOLD_MS), signal });
    } catch (error) {
      if (isStatus(error, "PERMISSION_DENIED")) return true;
    }
    if (clock.now() - since < HELD_MS) await clock.sleep(PAUSE_MS, signal);
  }
  return false;
}
