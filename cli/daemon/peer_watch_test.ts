import { assertEquals, assertStringIncludes } from "@std/assert";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { makeServerFiles } from "../../tests/fakes/certificates.ts";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { Door, echo } from "../../tests/fakes/door.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { watchPeer } from "./peer_watch.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** A connection to a server whose certificate ends in so many days, and what was said of it. */
async function connected(
  days: number,
  work: (site: { clock: FakeClock; log: FakeLog; address: string; again(): Promise<void> }) => Promise<void>,
): Promise<void> {
  const { ca, server } = await makeServerFiles({ validDays: [-1, days] });
  await using door = await Door.open({
    tls: {
      certificateChain: server.certificate,
      privateKey: server.privateKey,
      rootCertificates: ca.certificate,
    },
  });
  const [clock, log, over] = [new FakeClock(Date.now()), new FakeLog(), new AbortController()];
  const onCertificate = watchPeer({ clock, log, signal: over.signal });
  const call = async () => {
    const tls = { rootCertificates: ca.certificate, onCertificate };
    const transport = connectGrpc({ address: door.at(), tls });
    assertEquals(await new RpcClient(transport).call(echo, "hello"), "hello");
    transport.close();
  };
  await call();
  try {
    await work({ clock, log, address: door.at(), again: call });
  } finally {
    over.abort();
  }
}

Deno.test("a server's certificate with 10 days to go is warned of once, then each day until it is over", () =>
  connected(10.5, async ({ clock, log, address, again }) => {
    assertEquals(log.texts().length, 1);
    assertStringIncludes(log.texts("warn")[0], `The certificate of "CN=server" of ${address} expires on`);
    assertStringIncludes(log.texts("warn")[0], "in 10 days");
    await again();
    assertEquals(log.texts().length, 1);
    await clock.advance(DAY_MS);
    assertStringIncludes(log.texts("warn")[1], "in 9 days");
    await clock.advance(10 * DAY_MS);
    assertEquals(log.texts("warn").length, 12);
    assertStringIncludes(log.texts("warn")[11], "expired on");
  }));

Deno.test("a server's certificate with 100 days to go is warned of when 30 are left", () =>
  connected(100.5, async ({ clock, log }) => {
    assertEquals(log.texts(), []);
    await clock.advance(70 * DAY_MS);
    assertEquals(log.texts(), []);
    await clock.advance(DAY_MS);
    assertStringIncludes(log.texts("warn")[0], "in 29 days");
  }));
