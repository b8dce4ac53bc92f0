/** Smaller memory is left to the collector. */
const WORTH_BYTES = 4_096;

/**
 * Gives back memory that nobody will look at again, at once rather than when the collector comes around to it: under
 * load that halves what large messages cost. Whoever still holds the bytes finds them empty.
 *
 * Memory that holds more than these bytes is left alone, unless `whole` says that all of it may go.
 */
export function discard(bytes: Uint8Array, options: { whole?: boolean } = {}): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < WORTH_BYTES) return;
  if (buffer.byteLength === bytes.byteLength || options.whole) buffer.transfer(0);
}
