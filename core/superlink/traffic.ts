import type { RunId } from "../model/ids.ts";
import type { Store, Transaction } from "../store/store.ts";
import type { Afterwards } from "./link.ts";

/** Bytes as the SuperLink counts them: `sent` to nodes, `received` from them. */
export interface Bytes {
  readonly sent: number;
  readonly received: number;
}

/**
 * Counts what nodes sent and received for a run. The counts reach the run's row together with what is
 * written anyway, since a write of its own for each object would cost more than it is worth.
 */
export class Traffic {
  readonly #uncounted = new Map<RunId, Bytes>();

  /** Counts bytes of a run, to be written later. */
  add(run: RunId, { sent, received }: Bytes): void {
    const before = this.#uncounted.get(run) ?? { sent: 0, received: 0 };
    this.#uncounted.set(run, { sent: before.sent + sent, received: before.received + received });
  }

  /** Writes what was counted, and the ClientApps' seconds, into the run's row. */
  async settle(
    tx: Transaction,
    runId: RunId,
    { afterwards, clientAppRuntimeS = 0 }: { afterwards: Afterwards; clientAppRuntimeS?: number },
  ): Promise<void> {
    const bytes = this.#uncounted.get(runId) ?? { sent: 0, received: 0 };
    const run = await tx.run(runId);
    if (!run || bytes.sent + bytes.received + clientAppRuntimeS === 0) return;
    await tx.putRun({
      ...run,
      bytesSent: run.bytesSent + bytes.sent,
      bytesReceived: run.bytesReceived + bytes.received,
      clientAppRuntimeS: run.clientAppRuntimeS + clientAppRuntimeS,
    });
    afterwards(() => this.#forget(runId, bytes));
  }

  /** Writes everything that was counted and not written yet. */
  async settleAll(store: Store): Promise<void> {
    for (const run of [...this.#uncounted.keys()]) {
      const written: (() => void | Promise<void>)[] = [];
      await store.transaction((tx) => this.settle(tx, run, { afterwards: (what) => written.push(what) }));
      for (const what of written) await what();
    }
  }

  #forget(run: RunId, { sent, received }: Bytes): void {
    const now = this.#uncounted.get(run);
    if (!now) return;
    const rest = { sent: now.sent - sent, received: now.received - received };
    if (rest.sent + rest.received === 0) this.#uncounted.delete(run);
    else this.#uncounted.set(run, rest);
  }
}
