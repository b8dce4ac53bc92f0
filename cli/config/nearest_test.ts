import { assertEquals } from "@std/assert";
import { nearest } from "./nearest.ts";

const rows: [string, string[], string | undefined][] = [
  ["lst", ["list", "log", "stop"], "list"],
  ["superlnik", ["superlink", "supernode"], "superlink"],
  ["insecur", ["insecure", "isolation"], "insecure"],
  ["xyz", ["superlink", "supernode"], undefined],
  ["list", [], undefined],
  ["stop", ["stop"], "stop"],
];

for (const [typed, names, meant] of rows) {
  Deno.test(`"${typed}" among ${names.join(", ") || "nothing"} means ${meant}`, () => {
    assertEquals(nearest(typed, names), meant);
  });
}
