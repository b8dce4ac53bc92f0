import type { ByteBudget, Release } from "../../rpc/budget.ts";

/**
 * The line of large requests and replies for room. Of each sender one stands in the budget's own line, which is strict,
 * and the sender's others stand behind it: so senders take turns, and one with a thousand requests keeps nobody waiting
 * for longer than one with a single request. And while others hold or want room, nobody gets more than half of it:
 * whoever is slow with all that he is given could else take it all, turn by turn.
 */
export class RequestLine {
  readonly #budget: ByteBudget;
  /** Those who wait behind one of the same sender; a sender is here while one of his is in line. */
  readonly #behind = new Map<string, Set<() => void>>();
  readonly #heldBytes = new Map<string, number>();
  /** Those who have half of the room, to look again when anything changes. */
  readonly #looking = new Set<() => void>();

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /**
   * Waits for room.
   * @param on.sender who is served in turn with others
   * @throws {Error} the signal's reason when it is aborted first
   */
  async acquire(bytes: number, on: { sender: string; signal: AbortSignal }): Promise<Release> {
    const { sender, signal } = on;
    await this.#turn(sender, signal);
    try {
      await this.#share(bytes, on);
      return this.#noted(await this.#budget.acquire(bytes, signal), { sender, bytes });
    } finally {
      this.#next(sender);
      this.#changed();
    }
  }

  /** Resolves when no other of the sender is in line. */
  #turn(sender: string, signal: AbortSignal): Promise<void> {
    const behind = this.#behind.get(sender);
    if (behind !== undefined) return waitingIn(behind, signal);
    this.#behind.set(sender, new Set());
    this.#changed();
    return Promise.resolve();
  }

  /** Resolves when the sender has not more than his share. */
  async #share(bytes: number, { sender, signal }: { sender: string; signal: AbortSignal }): Promise<void> {
    while (!this.#mayHave(bytes, sender)) await waitingIn(this.#looking, signal);
  }

  #mayHave(bytes: number, sender: string): boolean {
    const held = this.#heldBytes.get(sender) ?? 0;
    if (held === 0 || held + bytes <= this.#budget.totalBytes / 2) return true;
    const isOther = (name: string) => name !== sender;
    return ![...this.#heldBytes.keys()].some(isOther) && ![...this.#behind.keys()].some(isOther);
  }

  #noted(release: Release, { sender, bytes }: { sender: string; bytes: number }): Release {
    this.#heldBytes.set(sender, (this.#heldBytes.get(sender) ?? 0) + bytes);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = this.#heldBytes.get(sender)! - bytes;
      if (left > 0) this.#heldBytes.set(sender, left);
      else this.#heldBytes.delete(sender);
      release();
      this.#changed();
    };
  }

  #next(sender: string): void {
    const behind = this.#behind.get(sender)!;
    const [first] = behind;
    if (first === undefined) return void this.#behind.delete(sender);
    first();
  }

  #changed(): void {
    for (const look of [...this.#looking]) look();
  }
}

/** Resolves when it is called for, out of the set then. @throws {Error} the signal's reason when it is aborted first */
function waitingIn(set: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const go = () => {
      set.delete(go);
      signal.removeEventListener("abort", leave);
      resolve();
    };
    const leave = () => {
      set.delete(go);
      reject(signal.reason);
    };
    set.add(go);
    signal.addEventListener("abort", leave, { once: true });
  });
}
