import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fakeEnv } from "../tests/fakes/env.ts";
import { printError, toJson, UserError } from "./output.ts";

Deno.test("JSON keeps every digit of an id", () => {
  assertEquals(toJson({ "node-id": 17605217369094408756n }), `{\n  "node-id": 17605217369094408756\n}`);
});

Deno.test("no text can pass for a number in JSON", () => {
  assertEquals(JSON.parse(toJson(["\u0000bigint:0", 5n])), ["\u0000bigint:0", 5]);
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assertEquals(JSON.parse(toJson(value)), JSON.parse(JSON.stringify(value)));
  }));
});

Deno.test("an error is a sentence on standard error, then the next step", () => {
  const env = fakeEnv();
  printError(env, new UserError("Cannot use X: it must be Y", { hint: "Give Y", exitCode: 605 }));
  assertEquals(env.out(), "");
  assertEquals(env.err(), "Error: Cannot use X: it must be Y [Exit Code: 605]\nNext:  Give Y\n");
});
