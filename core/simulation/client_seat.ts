import type { AppThread } from "../app/stage.ts";
import type { PortCalls } from "../app/port_peer.ts";
import { ThreadPeer } from "../app/thread_peer.ts";
import type { AppOutcome, ClientAppOrder } from "../app/worker_protocol.ts";

/** What a {@link ClientSeat} works with. */
export interface ClientSeatOptions {
  /** Starts a thread for the app. */
  readonly start: () => Promise<AppThread>;
  /** What the app may ask. */
  readonly calls: PortCalls;
  /** Whether each message gets a thread of its own. */
  readonly freshWorkers: boolean;
}

/** A place at which one ClientApp works at a time, in a thread that goes on for as long as it does well. */
export class ClientSeat {
  readonly #options: ClientSeatOptions;
  #peer: Promise<ThreadPeer> | undefined;
  #isStopped = false;

  constructor(options: ClientSeatOptions) {
    this.#options = options;
  }

  /**
   * Has the app answer a message.
   * @throws {ThreadFailedError} when its thread fails; the next message gets another one
   * @throws the signal's reason once it is aborted
   */
  async answer(order: ClientAppOrder, signal: AbortSignal): Promise<AppOutcome> {
    const workerGoesOn = !this.#options.freshWorkers;
    const peer = await this.#ready();
    let isGood = false;
    try {
      const outcome = await peer.work(
        signal,
        (peer) => peer.call("runClientApp", { ...order, workerGoesOn }),
      );
      isGood = workerGoesOn;
      return outcome;
    } finally {
      if (!isGood) this.#leave(peer);
    }
  }

  /** Starts the thread ahead of its first message. */
  prepare(): void {
    this.#ready().catch(() => {});
  }

  /** Ends the thread, whatever it is doing. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const peer = await this.#peer?.catch(() => undefined);
    peer?.stop();
  }

  async #ready(): Promise<ThreadPeer> {
    const before = await this.#peer?.catch(() => this.#peer = undefined);
    // An error that came after its message's reply is nobody else's.
    if (before?.hasFailed) this.#leave(before);
    const { start, calls } = this.#options;
    this.#peer ??= start().then((thread) => new ThreadPeer(thread, calls));
    const peer = await this.#peer;
    if (this.#isStopped) peer.stop();
    return peer;
  }

  #leave(peer: ThreadPeer): void {
    peer.stop();
    this.#peer = undefined;
    if (this.#options.freshWorkers && !this.#isStopped) this.prepare();
  }
}
