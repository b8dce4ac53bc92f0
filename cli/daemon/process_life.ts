import { parentGone } from "./parent_watch.ts";
import type { Env } from "../env.ts";

/** How long an app process lives, whatever it is doing. */
export interface ProcessLife extends Disposable {
  /** Aborted when the process has to leave: it was told to, its parent is gone, or its input ended. */
  readonly signal: AbortSignal;
  /** Passes tokens on while the process may go on. With `endless`, the end of the tokens is the end of its life. */
  tokens(source: AsyncIterable<string>, options: { endless: boolean }): AsyncGenerator<string>;
}

/** Why a process leaves. */
export class LeavingError extends Error {
  override name = "LeavingError";
}

/** Begins the life of an app process. @param parentPid process whose end is the end of this one, if any */
export function lifeOf(env: Env, parentPid: number | undefined): ProcessLife {
  const over = new AbortController();
  const leave = (reason: string) => over.abort(new LeavingError(reason));
  const deaf = env.onInterrupt((signal) => leave(`the process received ${signal}`));
  const { signal } = over;
  if (parentPid !== undefined) {
    parentGone(parentPid, { clock: env.clock, signal }).then(() => leave("the parent process is gone"));
  }
  return {
    signal,
    tokens: (source, { endless }) =>
      queued(source, { signal, end: () => endless && leave("the input ended") }),
    [Symbol.dispose]() {
      deaf();
      leave("the process is through");
    },
  };
}

/** Reads ahead, so that the end of the source is seen while its last item is still being worked on. */
async function* queued(
  source: AsyncIterable<string>,
  { signal, end }: { signal: AbortSignal; end: () => void },
): AsyncGenerator<string> {
  const items: string[] = [];
  let failure: { error: unknown } | undefined;
  let done = false;
  let wake = Promise.withResolvers<void>();
  const read = async () => {
    try {
      for await (const item of source) {
        items.push(item);
        wake.resolve();
      }
      end();
    } catch (error) {
      failure = { error };
    }
    done = true;
    wake.resolve();
  };
  read();
  signal.addEventListener("abort", () => wake.resolve(), { once: true });
  while (!signal.aborted) {
    if (items.length > 0) {
      yield items.shift()!;
      continue;
    }
    if (failure) throw failure.error;
    if (done) return;
    await wake.promise;
    wake = Promise.withResolvers<void>();
  }
}
