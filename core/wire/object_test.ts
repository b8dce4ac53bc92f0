import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { bytes, objectVectors } from "../../tests/suites/object_vectors.ts";
import { frameObject, isObjectId, ObjectFormatError, objectIdOf, parseHead } from "./object.ts";
import { pythonRepr, utf8Fault } from "./python_text.ts";

for (const { name, content_b64, error } of objectVectors.content_validation) {
  Deno.test(`a server judges content ${name} as Flower does`, () => {
    if (error === null) parseHead(bytes(content_b64));
    else assertThrows(() => parseHead(bytes(content_b64)), ObjectFormatError, error);
  });
}

Deno.test("what counts as an object id is what Python reads as one", () => {
  const a = (count: number) => "a".repeat(count);
  const more = [
    { id: "0x_" + a(61), valid: true },
    { id: "0X" + a(62), valid: true },
    { id: "\u00a0" + a(63), valid: true },
    { id: "+0x" + a(61), valid: true },
    { id: "\n" + a(63), valid: true },
    { id: "_" + a(63), valid: false },
    { id: a(63) + "_", valid: false },
    { id: a(62) + "__", valid: false },
    { id: "", valid: false },
  ];
  for (const { id, valid } of [...objectVectors.sha256_id_checks, ...more]) {
    assertEquals(isObjectId(id), valid, id);
  }
});

Deno.test("a framed object is taken apart into what it was framed from", () => {
  const child = fc.uint8Array({ maxLength: 8 }).map((seed) => objectIdOf(seed));
  const body = fc.uint8Array({ maxLength: 200 });
  fc.assert(fc.property(fc.uniqueArray(child, { maxLength: 5 }), body, (children, body) => {
    const parsed = parseHead(frameObject("RecordDict", children, body));
    assertEquals({ ...parsed, body: new Uint8Array(parsed.body) }, { type: "RecordDict", children, body });
  }));
});

Deno.test("an id covers consecutive pieces as if they were one", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array()), (pieces) => {
    assertEquals(objectIdOf(...pieces), objectIdOf(new Uint8Array(pieces.flatMap((piece) => [...piece]))));
  }));
});

Deno.test("faults of UTF-8 are named as Python names them", () => {
  const cases: [number[], string | undefined][] = [
    [[0x41, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80], undefined],
    [[0xe2, 0x82, 0x20], "'utf-8' codec can't decode bytes in position 0-1: invalid continuation byte"],
    [[0x41, 0xe2, 0x28], "'utf-8' codec can't decode byte 0xe2 in position 1: invalid continuation byte"],
    [[0x61, 0x62, 0xe2], "'utf-8' codec can't decode byte 0xe2 in position 2: unexpected end of data"],
    [[0xf0, 0x9f, 0x98, 0x20], "'utf-8' codec can't decode bytes in position 0-2: invalid continuation byte"],
    [[0xed, 0xa0, 0x80], "'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte"],
    [[0xc0, 0x80], "'utf-8' codec can't decode byte 0xc0 in position 0: invalid start byte"],
  ];
  for (const [input, fault] of cases) assertEquals(utf8Fault(Uint8Array.from(input)), fault);
});

Deno.test("UTF-8 without fault is what a strict decoder accepts", () => {
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x80, 0xbf, 0xe0, 0xed, 0xf0, 0xf4, 0xc2));
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 6 }), (input) => {
      let accepted = true;
      try {
        new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(input));
      } catch {
        accepted = false;
      }
      assertEquals(utf8Fault(Uint8Array.from(input)) === undefined, accepted);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("texts are shown as Python shows them", () => {
  assertEquals(pythonRepr("x"), "'x'");
  assertEquals(pythonRepr("é😀'\n\x7f\xa0"), `"é😀'\\n\\x7f\\xa0"`);
  assertEquals(pythonRepr(`'"\\`), `'\\'"\\\\'`);
  assertEquals(pythonRepr("a b\u2028"), "'a b\\u2028'");
});
