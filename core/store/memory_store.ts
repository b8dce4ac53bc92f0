import { Journal } from "./memory/journal.ts";
import { logRows } from "./memory/log_rows.ts";
import { messageRows } from "./memory/message_rows.ts";
import { nodeRows } from "./memory/node_rows.ts";
import { nonceRows } from "./memory/nonce_rows.ts";
import { objectRows } from "./memory/object_rows.ts";
import { runRows } from "./memory/run_rows.ts";
import { Serial } from "./serial.ts";
import type { Store, Transaction } from "./store.ts";

/**
 * A store that forgets when the process ends. Rows are kept as they are given and given as they are kept:
 * who passes bytes or objects in, or gets them, leaves them unchanged.
 */
export class MemoryStore implements Store {
  readonly #journal = new Journal();
  readonly #serial = new Serial();
  readonly #rows: Transaction = {
    ...nodeRows(this.#journal),
    ...runRows(this.#journal),
    ...messageRows(this.#journal),
    ...objectRows(this.#journal),
    ...logRows(this.#journal),
    ...nonceRows(this.#journal),
  };

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      try {
        const result = await work(this.#rows);
        this.#journal.commit();
        return result;
      } catch (error) {
        this.#journal.rollback();
        throw error;
      }
    });
  }

  compact(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#serial.idle();
  }
}
