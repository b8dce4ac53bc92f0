import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ServerTls } from "../../core/io/grpc/server.ts";
import { makeServerFiles } from "../../tests/fakes/certificates.ts";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { watchTls } from "./tls_watch.ts";

const [first, second] = [await makeServerFiles(), await makeServerFiles()];
type Files = typeof first;

/** A watch over three files, what it said, and what it had shown. */
async function watched(
  work: (site: {
    write(files: Files, which?: readonly ("ca" | "certificate" | "key")[]): Promise<void>;
    pass(ms: number): Promise<void>;
    clock: FakeClock;
    log: FakeLog;
    shown: ServerTls[];
  }) => Promise<void>,
  start = first,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const paths = [`${folder}/ca.crt`, `${folder}/server.pem`, `${folder}/server.key`] as const;
  const write = async (files: Files, which = ["ca", "certificate", "key"] as readonly string[]) => {
    const { ca, server } = files;
    if (which.includes("ca")) await Deno.writeFile(paths[0], ca.certificate);
    if (which.includes("certificate")) await Deno.writeFile(paths[1], server.certificate);
    if (which.includes("key")) await Deno.writeFile(paths[2], server.privateKey);
  };
  await write(start);
  const [clock, log, over, shown] = [
    new FakeClock(Date.now()),
    new FakeLog(),
    new AbortController(),
    [] as ServerTls[],
  ];
  const tls = {
    rootCertificates: start.ca.certificate,
    certificateChain: start.server.certificate,
    privateKey: start.server.privateKey,
    caPath: paths[0],
    paths,
  };
  const watching = watchTls(tls, { clock, log, signal: over.signal, renew: (files) => shown.push(files) });
  // One sleeps for a day; the other is reading files until it sleeps, too.
  const idle = async () => {
    while (clock.sleeping < 2) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      await idle();
      await clock.advance(500);
    }
    await idle();
  };
  try {
    await work({ write, pass, clock, log, shown });
  } finally {
    over.abort();
    await watching;
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a certificate that is renewed is used, once all its files fit each other", async () => {
  await watched(async ({ write, pass, log, shown }) => {
    await pass(2_000);
    assertEquals(shown, []);
    await write(second, ["certificate"]);
    await pass(2_000);
    assertEquals(shown, []);
    assertStringIncludes(
      log.texts("error")[0],
      "A certificate has changed and cannot be used; the one in force stays",
    );
    await write(second);
    await pass(2_000);
    assertEquals(shown.map(({ certificateChain }) => certificateChain), [second.server.certificate]);
    assertStringIncludes(
      log.texts("info")[0],
      "New connections are shown the certificate that now stands in",
    );
  });
});

Deno.test("a certificate that expires soon is warned of, when it is taken and each day", async () => {
  const soon = await makeServerFiles({ validDays: [-1, 20] });
  await watched(async ({ write, pass, log, clock }) => {
    await write(soon);
    await pass(2_000);
    assertEquals(log.texts("warn").length, 1);
    assertStringIncludes(log.texts("warn")[0], "expires on");
    for (const days of [1, 2]) {
      clock.jump(24 * 60 * 60 * 1_000);
      await pass(2_000);
      assertEquals(log.texts("warn").length, 1 + days);
    }
    assertMatch(log.texts("warn")[2], /in 1[78] days/);
    clock.jump(30 * 24 * 60 * 60 * 1_000);
    await pass(2_000);
    assertStringIncludes(log.texts("error")[0], "expired on");
  });
});
