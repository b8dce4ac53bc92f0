/**
 * So many bytes may be on their way at once, as far as sizes are known beforehand. What is sent is in memory four
 * times until it is gone, so it goes a usual chunk at a time; what is received is there twice.
 */
export const IN_FLIGHT_BYTES = { sent: 6 * 1_048_576, received: 12 * 1_048_576 } as const;
/** The size of a usual chunk, in bytes: what an object is taken for until others were seen. */
const USUAL_BYTES = 5 * 1_048_576;
/** How fast a large object is forgotten while small ones follow. */
const FADING = 0.75;
/** As many objects may always be on their way, whatever their size; and as many at most, however small they are. */
const AT_A_TIME = { least: 1, most: 8 } as const;

/** How objects are moved. */
export interface TransferOptions<T> {
  readonly signal: AbortSignal;
  /** How much may be on its way at once. */
  readonly inFlightBytes: number;
  /** Moves one object and gives its size in bytes. The signal is aborted when another one failed. */
  move(item: T, signal: AbortSignal): Promise<number>;
}

/**
 * Moves objects, begun in order and several at a time: large ones alone, since each is a buffer in memory, and more
 * small ones, since each costs the way there and back. After a failure nothing new begins.
 * @throws the first failure
 */
export async function transfer<T>(items: Iterable<T>, options: TransferOptions<T>): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const moving = new Set<Promise<void>>();
  let recentBytes = USUAL_BYTES;
  let failure: { readonly error: unknown } | undefined;
  const move = async (item: T) => {
    try {
      recentBytes = Math.max(await options.move(item, signal), recentBytes * FADING);
    } catch (error) {
      failure ??= { error };
      failed.abort();
    }
  };
  for (const item of items) {
    while (moving.size >= limitFor(recentBytes, options.inFlightBytes)) await Promise.race(moving);
    if (signal.aborted) break;
    const moved: Promise<void> = move(item).finally(() => moving.delete(moved));
    moving.add(moved);
  }
  await Promise.all(moving);
  if (failure) throw failure.error;
}

/** How many objects may be on their way where the large ones among the last had this size. */
export function limitFor(recentBytes: number, inFlightBytes: number): number {
  const fits = Math.floor(inFlightBytes / Math.max(1, recentBytes));
  return Math.max(AT_A_TIME.least, Math.min(AT_A_TIME.most, fits));
}
