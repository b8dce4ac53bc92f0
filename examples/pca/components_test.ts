import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Components, componentsOf, meansOf, type Rows, scatterOf, sumsOf } from "./components.ts";
import { irises, readTable } from "./table.ts";

function assertNear(actual: number, expected: number, tolerance: number) {
  assert(
    Math.abs(actual - expected) <= tolerance,
    `${actual} is not ${expected}`,
  );
}

/** What comes out when the rows lie on these nodes. */
function componentsOn(nodes: readonly Rows[], wanted = 4): Components {
  const means = meansOf(nodes.map(sumsOf));
  return componentsOf(nodes.map((rows) => scatterOf(rows, means)), wanted);
}

function assertSame(a: Components, b: Components) {
  a.shares.forEach((share, i) => assertNear(share, b.shares[i], 1e-12));
  a.directions.to1DArray().forEach((weight, i) => assertNear(weight, b.directions.to1DArray()[i], 1e-9));
}

Deno.test("the components of the irises are the known ones", () => {
  const { directions, shares } = componentsOn([irises(0, 1).rows]);
  // As every textbook has them.
  [0.7296, 0.2285, 0.0367, 0.0052].forEach((share, i) => assertNear(shares[i], share, 5e-5));
  [0.5211, -0.2693, 0.5804, 0.5649].forEach((weight, i) => assertNear(directions.get(0, i), weight, 5e-5));
});

Deno.test("many nodes come to the same components as one with all rows, wherever each row lies", () => {
  const all = irises(0, 1).rows;
  const expected = componentsOn([all]);
  for (const nodes of [2, 3, 7]) {
    const parts = Array.from(
      { length: nodes },
      (_, i) => irises(i, nodes).rows,
    );
    assertEquals(parts.flat(), [...all]);
    assertSame(componentsOn(parts), expected);
  }
  assertSame(componentsOn([all.slice(0, 1), all.slice(1)]), expected);
});

Deno.test("components are of length one and stand at right angles, the biggest first", () => {
  const { directions, shares } = componentsOn([
    irises(0, 2).rows,
    irises(1, 2).rows,
  ]);
  const products = directions.mmul(directions.transpose());
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      assertNear(products.get(i, j), i === j ? 1 : 0, 1e-9);
    }
  }
  assertNear(shares.reduce((a, b) => a + b), 1, 1e-9);
  assert(shares.every((share, i) => i === 0 || share <= shares[i - 1]));
  assertEquals(componentsOn([irises(0, 1).rows], 2).directions.rows, 2);
});

Deno.test("what cannot be compared is refused", () => {
  assertThrows(
    () => componentsOn([[[1, 2]]]),
    RangeError,
    "less than two rows",
  );
  assertThrows(
    () => componentsOn([[[1, 2], [3, 2]]]),
    RangeError,
    "column 2 as it is the same in all rows",
  );
});

Deno.test("a table is read from comma-separated values", () => {
  assertEquals(readTable("a, b\r\n1,2.5\r\n-3,4e2\r\n"), {
    columns: ["a", "b"],
    rows: [[1, 2.5], [-3, 400]],
  });
  for (const line of ["1", "1,x", "1,", "1,2,3", "1,Infinity"]) {
    assertThrows(
      () => readTable(`a,b\n${line}`),
      RangeError,
      "line 2 of the table as it must hold 2 numbers",
    );
  }
});
