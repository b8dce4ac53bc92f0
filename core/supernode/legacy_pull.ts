import type { PullTaskInsResponse, TaskIns } from "../../proto/flwr_1_14.ts";
import type { RpcClient } from "../rpc/client.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { isStatus } from "./refusal.ts";

/** A question under way. */
interface Coming {
  readonly reply: Promise<PullTaskInsResponse>;
  readonly stop: AbortController;
}

/**
 * Gets instructions from a SuperLink of Flower 1.14.0. It gives each only once and with all its content, so one that is
 * still on its way when a poll's time is over comes with the next poll.
 */
export class LegacyPull {
  #coming: Coming | undefined;

  constructor(readonly superlink: RpcClient) {}

  /** The next instruction; undefined when there is none. @throws {RpcError} */
  async next(nodeId: bigint, signal: AbortSignal): Promise<TaskIns | undefined> {
    const coming = this.#coming ??= this.#ask(nodeId);
    const onEnd = () => {
      if (!isStatus(signal.reason, "DEADLINE_EXCEEDED")) coming.stop.abort();
    };
    signal.addEventListener("abort", onEnd);
    try {
      const { task_ins_list: [given] } = await coming.reply;
      if (signal.aborted) return undefined;
      this.#coming = undefined;
      return given;
    } catch (error) {
      this.#coming = undefined;
      throw error;
    } finally {
      signal.removeEventListener("abort", onEnd);
    }
  }

  #ask(nodeId: bigint): Coming {
    const stop = new AbortController();
    const node = { node_id: nodeId, anonymous: false };
    const { signal } = stop;
    return { reply: this.superlink.call(legacyFleet.PullTaskIns, { node }, { signal }), stop };
  }
}
