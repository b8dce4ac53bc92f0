import type { Clock } from "../io/ports.ts";

/** What a {@link LogUploader} works with. */
export interface LogUploaderOptions {
  /** Sends texts on their way, in order. */
  readonly push: (texts: readonly string[]) => Promise<void>;
  readonly clock: Clock;
}

const INTERVAL_MS = 200;

/** Gathers what an app prints and sends it in parts, at most one every fifth of a second. */
export class LogUploader {
  readonly #options: LogUploaderOptions;
  #pending: string[] = [];
  #sending: Promise<void> | undefined;
  #hurry = new AbortController();

  constructor(options: LogUploaderOptions) {
    this.#options = options;
  }

  /** Takes a piece of text, which goes out soon. */
  write(text: string): void {
    this.#pending.push(text);
    this.#sending ??= this.#send();
  }

  /** Resolves when everything written so far was sent, or could not be. */
  async flush(): Promise<void> {
    this.#hurry.abort();
    while (this.#sending) await this.#sending;
    this.#hurry = new AbortController();
  }

  async #send(): Promise<void> {
    const { push, clock } = this.#options;
    await clock.sleep(INTERVAL_MS, this.#hurry.signal);
    const texts = this.#pending;
    this.#pending = [];
    try {
      await push(texts);
    } catch {
      // Lines that the SuperLink will not take are lost; the task itself notices when it is over.
    } finally {
      this.#sending = this.#pending.length ? this.#send() : undefined;
    }
  }
}
