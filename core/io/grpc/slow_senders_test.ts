import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Arrival } from "./sender_patience.ts";
import { inExcess } from "./slow_senders.ts";

function request(name: string, receivedBytes: number, grantedAtMs?: number) {
  const arrival: Arrival = {
    ...{ beganAtMs: 0, lastDataAtMs: 0, isHeldBack: false, expectedBytes: 1_000, receivedBytes, grantedAtMs },
  };
  return { name, sender: name[0], arrival };
}
const names = (requests: { name: string }[]) => requests.map(({ name }) => name).join(" ");

Deno.test("who fills memory with requests that are not whole loses the latest; others lose none", () => {
  const many = Array.from({ length: 10 }, (_, index) => request(`a${index}`, 100));
  const others = [request("b0", 100), request("c0", 100, 0), request("c1", 0)];
  assertEquals(names(inExcess([...many, ...others], 1_100)), "");
  assertEquals(names(inExcess([...many, ...others], 900)), "a9 a8");
});

Deno.test("however much was sent, what is left is within the limit, and no more was cut than needed", () => {
  const requests = fc.array(
    fc.record({ sender: fc.constantFrom("a", "b", "c"), bytes: fc.integer({ min: 0, max: 100 }) }),
    { maxLength: 20 },
  );
  fc.assert(fc.property(requests, fc.integer({ min: 0, max: 500 }), (wishes, limit) => {
    const all = wishes.map(({ sender, bytes }, index) => request(`${sender}${index}`, bytes));
    const cut = inExcess(all, limit);
    const sum = (some: typeof all) => some.reduce((total, { arrival }) => total + arrival.receivedBytes, 0);
    const left = sum(all) - sum(cut);
    assertEquals(left <= limit, true);
    if (cut.length > 0) assertEquals(left + cut.at(-1)!.arrival.receivedBytes > limit, true);
  }));
});
