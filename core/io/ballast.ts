/**
 * V8 collects when the heap together with the messages of a thread has grown by about a tenth. A heap here is small,
 * so that would be after every few megabytes of a model, and would take longer than moving them. What is reserved and
 * never written to takes no memory, but V8 counts it: with it a tenth is more than ten megabytes.
 */
const BALLAST_BYTES = 128 * 1_048_576;

let ballast: ArrayBuffer | undefined;

/** Says that large messages come or go in this thread. */
export function largeTraffic(): void {
  ballast ??= reserved();
}

function reserved(): ArrayBuffer {
  try {
    return new ArrayBuffer(BALLAST_BYTES);
  } catch {
    // A system that promises no more memory than it has: it is only slower.
    return new ArrayBuffer(0);
  }
}
