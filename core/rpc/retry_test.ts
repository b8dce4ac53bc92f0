import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { fraction, mayRecover, pauseCeilingMs, Reconnection, type RetryPolicy } from "./retry.ts";
import { RpcError, type StatusName } from "./status.ts";

const away = new RpcError("UNAVAILABLE", "connection refused");
/** A random source whose fraction is as close to 1 as it gets: every pause is its ceiling. */
const longest = { bytes: (count: number) => new Uint8Array(count).fill(255) };

function setting(policy: RetryPolicy = {}) {
  const [clock, log] = [new FakeClock(), new FakeLog()];
  return { clock, log, reconnection: new Reconnection({ policy, clock, log, random: longest }) };
}

Deno.test("which failures are tried again", () => {
  const table: [unknown, boolean][] = [
    [away, true],
    [new RpcError("UNAVAILABLE", "TLS handshake failed: self-signed certificate"), false],
    ...(["PERMISSION_DENIED", "UNAUTHENTICATED", "UNKNOWN", "DEADLINE_EXCEEDED", "INTERNAL"] as StatusName[])
      .map((code): [unknown, boolean] => [new RpcError(code, ""), false]),
    [new Error("UNAVAILABLE"), false],
  ];
  for (const [error, expected] of table) assertEquals(mayRecover(error), expected, String(error));
});

Deno.test("pauses double from 1 s to 20 s, each drawn evenly below its ceiling", () => {
  assertEquals([1, 2, 3, 4, 5, 6, 7, 99].map(pauseCeilingMs), [
    ...[1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000],
  ]);
  const random = new FakeRandom(7);
  const draws = Array.from({ length: 500 }, () => fraction(random));
  assert(draws.every((draw) => draw >= 0 && draw < 1));
  const mean = draws.reduce((sum, draw) => sum + draw) / draws.length;
  assert(mean > 0.4 && mean < 0.6, `mean is ${mean}`);
});

Deno.test("an outage is logged in Flower's words and ends with the first success", async () => {
  const { clock, log, reconnection } = setting();
  for (let tries = 0; tries < 3; tries++) {
    const pause = reconnection.pause(away);
    await clock.advance(20_000);
    await pause;
  }
  reconnection.reached();
  reconnection.reached();
  assertEquals(log.texts("warn"), [
    `Connection attempt failed, retrying in 1.00 seconds: ${away.details}`,
    "Connection attempt failed, retrying in 2.00 seconds",
    "Connection attempt failed, retrying in 4.00 seconds",
  ]);
  assertEquals(log.texts("info"), ["Connection successful after 60.00 seconds and 4 tries."]);
});

Deno.test("calls that fail together share one pause", async () => {
  const { clock, log, reconnection } = setting();
  const pauses = [reconnection.pause(away), reconnection.pause(away), reconnection.pause(away)];
  await clock.advance(1_000);
  await Promise.all(pauses);
  assertEquals([clock.sleeps.length, log.texts("warn").length], [1, 1]);
});

Deno.test("the number of tries is bounded when the policy says so", async () => {
  const { clock, log, reconnection } = setting({ maxTries: 2 });
  const pause = reconnection.pause(away);
  await clock.advance(1_000);
  await pause;
  assertEquals(await reconnection.pause(away).catch((error) => error), away);
  assertMatch(log.texts("warn").at(-1)!, /^Giving up reconnection after 1\.00 seconds and 2 tries\.$/);
});

Deno.test("the time is bounded when the policy says so, and no pause goes past it", async () => {
  const { clock, reconnection } = setting({ maxWaitMs: 2_500 });
  for (let tries = 0; tries < 2; tries++) {
    const pause = reconnection.pause(away);
    await clock.advance(clock.sleeps.at(-1)!);
    await pause;
  }
  assertEquals(Math.round(clock.sleeps[1]), 1_500);
  assertEquals(await reconnection.pause(away).catch((error) => error), away);
});

Deno.test("one try only: the failure comes back at once, without a line", async () => {
  const { clock, log, reconnection } = setting({ maxTries: 1 });
  assertEquals(await reconnection.pause(away).catch((error) => error), away);
  assertEquals([clock.sleeps, log.lines], [[], []]);
});

Deno.test("a caller that leaves stops waiting; the sleep ends with the last one", async () => {
  const { clock, reconnection } = setting();
  const [first, second] = [new AbortController(), new AbortController()];
  const pauses = [first, second].map(({ signal }) =>
    reconnection.pause(away, signal).catch((error) => error.code)
  );
  await settled();
  first.abort();
  assertEquals(await pauses[0], "CANCELLED");
  assertEquals(clock.sleeping, 1);
  second.abort();
  assertEquals(await pauses[1], "CANCELLED");
  assertEquals(clock.sleeping, 0);
  await assertRejects(() => reconnection.pause(away, first.signal), RpcError, "CANCELLED");
});
