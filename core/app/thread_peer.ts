import { type Failure, failureFrom, failureOf } from "./failure.ts";
import { type PortCalls, PortPeer } from "./port_peer.ts";
import type { AppThread } from "./stage.ts";
import type { AppOutcome, WorkerCalls } from "./worker_protocol.ts";

/** The app's thread ended, or could not go on, without an answer. */
export class ThreadFailedError extends Error {
  override name = "ThreadFailedError";
  /** @param failure what is known of it */
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** What an app may ask of its process, and what ends the wait for it. */
export interface ThreadOptions {
  readonly calls: PortCalls;
  /** Aborted when the task is over; its reason is thrown then. */
  readonly signal: AbortSignal;
}

/**
 * An app's thread to which orders are given, one after the other. The app can have bent everything in its thread: of
 * an outcome only the failure is known to be one, and an error from there never passes for one of ours.
 */
export class ThreadPeer {
  readonly #thread: AppThread;
  readonly #peer: PortPeer<WorkerCalls>;
  #failure: ThreadFailedError | undefined;
  #isStopped = false;
  /** Ends the wait for the order that is being worked on. */
  #interrupt: (reason: unknown) => void = () => {};

  /** @param thread belongs to this from here on @param calls what the app may ask */
  constructor(thread: AppThread, calls: PortCalls) {
    this.#thread = thread;
    const exited = (code: unknown) => {
      const message = `the app ended itself with status ${Number(code)} instead of returning`;
      return this.#fail({ type: "ExitError", message });
    };
    const crashed = (failure: unknown) => this.#fail(failureFrom(failure));
    this.#peer = new PortPeer<WorkerCalls>(thread.port, { ...calls, exited, crashed });
    thread.failed.then((failure) => this.#fail(failure));
  }

  /** Whether the thread can be given no more orders. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Gives an order and waits for the outcome.
   * @throws {ThreadFailedError} when the thread fails, or the app ends it
   * @throws the signal's reason once it is aborted
   */
  async work(
    signal: AbortSignal,
    give: (peer: PortPeer<WorkerCalls>) => Promise<AppOutcome>,
  ): Promise<AppOutcome> {
    // One promise for each order: one for all of them would hold on to every outcome.
    const { promise: interrupted, reject } = Promise.withResolvers<never>();
    this.#interrupt = reject;
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    if (this.#failure) reject(this.#failure);
    try {
      return await Promise.race([told(give(this.#peer)), interrupted]);
    } finally {
      signal.removeEventListener("abort", abort);
      this.#interrupt = () => {};
    }
  }

  /** Ends the thread at once, whatever it is doing. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#thread.stop();
    this.#peer.close(new Error("The app's thread has ended"));
  }

  #fail(failure: Failure): Promise<void> {
    this.#failure ??= new ThreadFailedError(failure);
    this.#interrupt(this.#failure);
    return Promise.resolve();
  }
}

/**
 * Gives an order to an app's thread and waits for the outcome. The thread is ended in any case.
 * @throws as {@link ThreadPeer.work} does
 */
export async function inThread(
  thread: AppThread,
  { calls, signal }: ThreadOptions,
  give: (peer: PortPeer<WorkerCalls>) => Promise<AppOutcome>,
): Promise<AppOutcome> {
  const peer = new ThreadPeer(thread, calls);
  try {
    return await peer.work(signal, give);
  } finally {
    peer.stop();
  }
}

async function told(given: Promise<AppOutcome>): Promise<AppOutcome> {
  const outcome = await given.catch((error) => {
    throw new ThreadFailedError(failureOf(error));
  });
  const { failure, state, reply } = Object(outcome) as AppOutcome;
  if (failure === undefined) return { state, reply };
  const stage = failure?.stage === "load" ? "load" : "run";
  return { failure: { ...failureFrom(failure), stage }, state };
}
