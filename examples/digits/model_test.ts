import { assertEquals, assertThrows } from "@std/assert";
import { ArrayRecord } from "corolla";
import { drawnDigits } from "./drawn.ts";
import { type Examples, Network, PIXELS, seeded } from "./model.ts";

/** Images with one bright column, whose place is the label. */
function bars(count: number): Examples {
  const images = new Uint8Array(count * PIXELS);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, i) => {
    for (let row = 2; row < 26; row++) images[i * PIXELS + row * 28 + 3 + 2 * label] = 255;
  });
  return { images, labels };
}

const options = () => ({ epochs: 5, batchSize: 8, learningRate: 0.2, random: seeded(1) });

Deno.test("a network learns to read", () => {
  const network = Network.fresh(16, seeded(1));
  const before = network.evaluate(bars(100));
  const loss = network.train(bars(400), options());
  const after = network.evaluate(bars(100));
  assertEquals(before.accuracy < 0.5, true);
  assertEquals(after.accuracy > 0.9, true, String(after.accuracy));
  assertEquals(loss < before.loss, true);
});

Deno.test("the same seed learns the same", () => {
  const learned = () => {
    const network = Network.fresh(8, seeded(3));
    network.train(bars(50), options());
    return network.toRecord().toArrays().map(({ data }) => [...data]);
  };
  assertEquals(learned(), learned());
});

Deno.test("a network survives being sent", () => {
  const network = Network.fresh(8, seeded(3));
  const copy = Network.fromRecord(network.toRecord());
  assertEquals(copy.evaluate(bars(20)), network.evaluate(bars(20)));
});

Deno.test("a copy learns for itself", () => {
  const network = Network.fresh(8, seeded(3));
  const before = network.evaluate(bars(20));
  Network.fromRecord(network.toRecord()).train(bars(50), options());
  assertEquals(network.evaluate(bars(20)), before);
});

Deno.test("a record without the network's arrays is refused by name", () => {
  assertThrows(() => Network.fromRecord(new ArrayRecord()), TypeError, '"weights1" is missing');
});

Deno.test("drawn digits are the same for the same seed, and can be learned", () => {
  assertEquals(drawnDigits(20, 5), drawnDigits(20, 5));
  const network = Network.fresh(32, seeded(1));
  network.train(drawnDigits(400, 1), { epochs: 20, batchSize: 16, learningRate: 0.2, random: seeded(1) });
  const { accuracy } = network.evaluate(drawnDigits(100, 2));
  assertEquals(accuracy > 0.5, true, String(accuracy));
});
