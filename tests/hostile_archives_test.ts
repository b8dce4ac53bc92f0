import { assert, assertEquals, assertThrows } from "@std/assert";
import { zipSync } from "fflate";
import fc from "fast-check";
import { FabError } from "../core/wire/fab/error.ts";
import { buildFab, readFab } from "../core/wire/fab/fab.ts";
import { readZip } from "../core/wire/fab/zip_read.ts";

const MIB = 2 ** 20;

/** A small archive of zeros, whose directory says that the first file unpacks to so many bytes. */
function zerosSaying(unpackedBytes: number): Uint8Array {
  const archive = zipSync({ "a.py": new Uint8Array(MIB), "b.py": new Uint8Array(MIB) });
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  view.setUint32(view.getUint32(archive.length - 6, true) + 24, unpackedBytes, true);
  return archive;
}

Deno.test("hostile archives: a bomb is refused before it takes memory", () => {
  const bomb = zerosSaying(257 * MIB);
  assert(bomb.length < MIB / 10);
  assertThrows(() => readZip(bomb), FabError, "must fit");
});

Deno.test("hostile archives: one that lies about its sizes gets no more room than it claims", () => {
  assertEquals(readZip(zerosSaying(MIB)).get("a.py")?.length, MIB);
  for (const claimed of [0, 10, MIB - 1, MIB + 1]) {
    assertThrows(() => readZip(zerosSaying(claimed)), FabError, "damaged");
  }
});

const text = (content: string) => new TextEncoder().encode(content);
const SAMPLE = buildFab(
  new Map(Object.entries({
    "pyproject.toml": text(`
[project]
name = "sample"
version = "1.0.0"
[tool.flwr.app]
publisher = "corolla"
[tool.flwr.app.components]
serverapp = "./app.ts:app"
clientapp = "./app.ts:app"
`),
    "app.ts": text("export const app = 1;"),
  })),
).content;

Deno.test("hostile archives: any change is refused in words, and none gets a file out of its folder", () => {
  const change = fc.record({ at: fc.nat(SAMPLE.length - 1), bytes: fc.uint8Array({ maxLength: 24 }) });
  fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
    const archive = SAMPLE.slice();
    for (const { at, bytes } of changes) archive.set(bytes.subarray(0, archive.length - at), at);
    try {
      assertEquals(
        [...readFab(archive).files.keys()].toSorted(),
        [".info/CONTENT", "app.ts", "pyproject.toml"]
          .filter((path) => readFab(SAMPLE).files.has(path)),
      );
    } catch (error) {
      assert(error instanceof FabError, String(error));
    }
  }));
});
