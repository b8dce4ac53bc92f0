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
 * Gives an order to an app's thread and waits for the outcome. The thread is ended in any case. The app can have
 * bent everything in its thread: of the outcome only the failure is known to be one, and an error from there never
 * passes for one of ours.
 * @throws {ThreadFailedError} when the thread fails, or the app ends it
 * @throws the signal's reason once it is aborted
 */
export async function inThread(
  thread: AppThread,
  { calls, signal }: ThreadOptions,
  give: (peer: PortPeer<WorkerCalls>) => Promise<AppOutcome>,
): Promise<AppOutcome> {
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  const exited = (code: unknown) => {
    const message = `the app ended itself with status ${Number(code)} instead of returning`;
    reject(new ThreadFailedError({ type: "ExitError", message }));
    return Promise.resolve();
  };
  const crashed = (failure: unknown) => {
    reject(new ThreadFailedError(failureFrom(failure)));
    return Promise.resolve();
  };
  const peer = new PortPeer<WorkerCalls>(thread.port, { ...calls, exited, crashed });
  thread.failed.then((failure) => reject(new ThreadFailedError(failure)));
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([told(give(peer)), interrupted]);
  } finally {
    signal.removeEventListener("abort", abort);
    thread.stop();
    peer.close(new Error("The app's thread has ended"));
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
