/**
 * Digits that a program draws, for nodes that have no images: each is one of ten pictures of 5 by 7 dots, blown up,
 * moved about and dirtied. Simulated nodes have them, so that the app runs at once; the real ones are harder to read.
 *
 * @module
 */
import { type Examples, PIXELS, seeded } from "./model.ts";

/** The rows of each digit, a bit a dot. */
const DIGITS = [
  [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
  [0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e],
  [0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f],
  [0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e],
  [0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02],
  [0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e],
  [0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e],
  [0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
  [0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e],
  [0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c],
];
const COLUMNS = 5;
const ROWS = 7;
const DOT = 3;
const WIDTH = 28;

/** So many drawn digits, all ten alike; the same ones for the same seed. */
export function drawnDigits(count: number, seed: number): Examples {
  const random = seeded(seed);
  const images = new Uint8Array(count * PIXELS);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % DIGITS.length);
  labels.forEach((digit, i) => draw(digit, { image: images.subarray(i * PIXELS, (i + 1) * PIXELS), random }));
  return { images, labels };
}

function draw(digit: number, { image, random }: { image: Uint8Array; random: () => number }): void {
  const left = Math.floor(random() * (WIDTH - COLUMNS * DOT + 1));
  const top = Math.floor(random() * (WIDTH - ROWS * DOT + 1));
  for (let y = 0; y < ROWS * DOT; y++) {
    for (let x = 0; x < COLUMNS * DOT; x++) {
      const dot = DIGITS[digit][Math.floor(y / DOT)] >> (COLUMNS - 1 - Math.floor(x / DOT)) & 1;
      if (dot && random() < 0.9) image[(top + y) * WIDTH + left + x] = 128 + Math.floor(random() * 128);
    }
  }
}
