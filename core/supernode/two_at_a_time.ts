/** How many objects travel at once: each is a buffer of some megabytes. */
const AT_A_TIME = 2;

/**
 * Does the same for every item, two at a time and in order. After a failure nothing new begins, and what is under
 * way is ended through the signal.
 * @throws the first failure
 */
export async function twoAtATime<T>(
  items: Iterable<T>,
  options: { signal: AbortSignal; work: (item: T, signal: AbortSignal) => Promise<void> },
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const rest = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    try {
      for (let next = rest.next(); !next.done && !signal.aborted; next = rest.next()) {
        await options.work(next.value, signal);
      }
    } catch (error) {
      failure ??= { error };
      failed.abort();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  if (failure) throw failure.error;
}
