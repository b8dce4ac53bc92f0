import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../output.ts";
import { addressFrom, reachableHere } from "./listen_address.ts";

const good: [string, string, number][] = [
  ["127.0.0.1:9092", "127.0.0.1", 9092],
  ["example.org:0", "example.org", 0],
  ["[::1]:65535", "::1", 65535],
];
for (const [text, host, port] of good) {
  Deno.test(`${text} is an address`, () => assertEquals(addressFrom(text, "superlink"), { host, port }));
}

for (const text of ["", "9092", ":9092", "a:", "a:65536", "a:-1", "a:b", "::1:9092", "http://a:1", "a:1 "]) {
  Deno.test(`"${text}" is no address, and the flag is named`, () => {
    const error = assertThrows(() => addressFrom(text, "superlink"), UserError, `--superlink ${text}`);
    assertEquals(error.exitCode, 600);
  });
}

const reachable: [string, string][] = [
  ["0.0.0.0:9092", "127.0.0.1:9092"],
  ["[::]:9092", "[::1]:9092"],
  ["10.0.0.7:9092", "10.0.0.7:9092"],
  ["localhost:9092", "localhost:9092"],
];
for (const [bound, dialled] of reachable) {
  Deno.test(`a listener on ${bound} is reached from here as ${dialled}`, () => {
    assertEquals(reachableHere(bound), dialled);
  });
}
