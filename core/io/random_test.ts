import { assert, assertEquals } from "@std/assert";
import { systemRandom } from "./random.ts";

Deno.test("as many bytes as asked for, and not the same twice", () => {
  for (const count of [0, 1, 16, 65_536, 200_000]) assertEquals(systemRandom.bytes(count).length, count);
  const [first, second] = [systemRandom.bytes(200_000), systemRandom.bytes(200_000)];
  assert(first.some((byte, at) => byte !== second[at]));
  assert(first.subarray(150_000).some((byte) => byte !== 0));
});
