import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { laterThan } from "./log_time.ts";

Deno.test("a time is kept when it is later, else moved just past the last one", () => {
  assertEquals(laterThan(undefined, 5), 5);
  assertEquals(laterThan(4, 5), 5);
  assertEquals(laterThan(5, 5), 5.000001);
  assertEquals(laterThan(5, 1), 5.000001);
});

Deno.test("times rise strictly, however large", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e300, noNaN: true }),
      fc.double({ min: 0, max: 1e300, noNaN: true }),
      (last, at) => {
        assert(laterThan(last, at) > last);
      },
    ),
  );
});
