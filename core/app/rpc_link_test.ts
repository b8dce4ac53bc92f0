import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { RpcClient } from "../rpc/client.ts";
import { MemoryTransport } from "../rpc/memory_transport.ts";
import { route, Router } from "../rpc/router.ts";
import { serverAppIo } from "../wire/methods.ts";
import { ObjectUnavailableError } from "./link.ts";
import { RpcLink } from "./rpc_link.ts";

/** A service that has one object, which is found and available as the test says. */
function world(state: { found: boolean; available: boolean }) {
  const clock = new FakeClock();
  let asked = 0;
  const router = new Router<null>({
    routes: [
      route(serverAppIo.PullObject, () => {
        asked++;
        const object_content = state.available ? Uint8Array.of(1, 2) : new Uint8Array();
        return Promise.resolve({
          object_found: state.found,
          object_available: state.available,
          object_content,
        });
      }),
      route(serverAppIo.PushObject, () => Promise.resolve({ stored: state.found })),
    ],
    guard: { admit: () => Promise.resolve(null) },
    log: new FakeLog(),
  });
  const link = new RpcLink({
    client: new RpcClient(new MemoryTransport(router, { clock })),
    ...{ methods: serverAppIo, clock, random: new FakeRandom(), node: 1n, runId: 7n },
  });
  return { clock, link, asked: () => asked };
}

Deno.test("an object that is there comes at once", async () => {
  const { clock, link } = world({ found: true, available: true });
  assertEquals(await link.pullObject("a"), Uint8Array.of(1, 2));
  assertEquals(clock.sleeps, []);
});

Deno.test("an object that is still to come is asked for again, ever less often", async () => {
  const state = { found: true, available: false };
  const { clock, link, asked } = world(state);
  const pulling = link.pullObject("a");
  await clock.advance(60_000);
  const pauses = clock.sleeps.map((ms) => Math.round(ms / 1000 * 10) / 10);
  [1, 2, 4, 8, 10, 10].forEach((pause, i) =>
    assertEquals(Math.abs(pauses[i] - pause) <= pause * 0.2 + 0.05, true)
  );
  assertEquals(asked() < 12, true);
  state.available = true;
  await clock.advance(12_000);
  assertEquals(await pulling, Uint8Array.of(1, 2));
});

Deno.test("an object that never comes is given up after two hours", async () => {
  const { clock, link } = world({ found: true, available: false });
  const pulling = link.pullObject("a");
  pulling.catch(() => {});
  await clock.advance(7_300_000);
  await assertRejects(() => pulling, ObjectUnavailableError, "has not uploaded it in time");
});

Deno.test("an object that nobody knows is given up at once, and so is one that nobody wants", async () => {
  const { link } = world({ found: false, available: false });
  await assertRejects(() => link.pullObject("a"), ObjectUnavailableError, "it is unknown");
  await assertRejects(
    () => link.pushObject("a", new Uint8Array()),
    ObjectUnavailableError,
    "does not expect it",
  );
});
