import { assertEquals } from "@std/assert";
import { secretLine } from "./secret_line.ts";

/** A terminal at which somebody presses these keys. */
function terminal(keys: string) {
  const bytes = [...new TextEncoder().encode(keys)];
  return {
    read(into: Uint8Array): Promise<number | null> {
      const next = bytes.shift();
      if (next === undefined) return Promise.resolve(null);
      into[0] = next;
      return Promise.resolve(1);
    },
  };
}

const typed: [string, string | undefined][] = [
  ["open sesame\r", "open sesame"],
  ["open sesame\nrest", "open sesame"],
  ["opem\x7fn\r", "open"],
  ["pässw\x7f\x7f\x7f\x7fass\b\r", "pas"],
  ["wrong\x15right\r", "right"],
  ["\x7f\x7fa\r", "a"],
  ["\r", ""],
  ["abc\x03", undefined],
  ["abc\x04", undefined],
  ["abc", undefined],
];
for (const [keys, expected] of typed) {
  Deno.test(`a secret that is typed: ${JSON.stringify(keys)}`, async () => {
    assertEquals(await secretLine(terminal(keys)), expected);
  });
}
