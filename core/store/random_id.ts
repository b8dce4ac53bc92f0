import type { Random } from "../io/ports.ts";

/** A random uint64 that names something: never 0 ("none") and never 1 (the SuperLink). */
export function randomId(random: Random): bigint {
  while (true) {
    const bytes = random.bytes(8);
    const id = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
    if (id > 1n) return id;
  }
}
