import { assertEquals, assertThrows } from "@std/assert";
import { byteSizeFrom } from "./byte_size.ts";
import { UsageError } from "./flags.ts";

const sizes: [string, number][] = [
  ["1", 1],
  ["1048576", 1048576],
  ["64K", 65536],
  ["64kb", 65536],
  ["512MiB", 536870912],
  ["2 GiB", 2147483648],
];
for (const [text, bytes] of sizes) {
  Deno.test(`${text} is ${bytes} bytes`, () => assertEquals(byteSizeFrom(text, "max-object-size"), bytes));
}

for (const text of ["", "0", "-1", "1.5M", "M", "12T", "lots", "99999999G"]) {
  Deno.test(`"${text}" is no size`, () => {
    assertThrows(() => byteSizeFrom(text, "max-object-size"), UsageError, "--max-object-size");
  });
}
