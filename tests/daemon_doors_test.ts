import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { connectGrpc } from "../core/io/grpc/client.ts";
import { RpcClient } from "../core/rpc/client.ts";
import type { RpcError } from "../core/rpc/status.ts";
import { health } from "../core/wire/health.ts";
import { Daemon } from "./fakes/daemon.ts";
import { addressOf, ANY_PORTS, denoFlagsFor, inFolder, tlsFlags } from "./fakes/site.ts";

/*
 * What daemons have beside Flower's services, as processes of their own under exactly the permissions that are
 * printed for them: the health listener, the log file, and a word for those who speak HTTP/1.
 */

const HEALTH = ["--health-server-address", "127.0.0.1:0"];

async function start(words: readonly string[], folder: string): Promise<Daemon> {
  const env = { FLWR_HOME: `${folder}/home`, PATH: "" };
  return new Daemon(words, { env, denoFlags: await denoFlagsFor(words, folder) });
}

/** Every status that is told until the connection ends. */
async function watched(address: string, started: () => void): Promise<string[]> {
  const transport = connectGrpc({ address, tls: "insecure" });
  const heard: string[] = [];
  try {
    for await (const { status } of new RpcClient(transport).stream(health.Watch, { service: "" })) {
      heard.push(status);
      if (status === "SERVING") started();
    }
  } catch (error) {
    assertEquals((error as RpcError).code, "UNAVAILABLE");
  } finally {
    transport.close();
  }
  return heard;
}

/** Resolves with all that was heard once the daemon has served and was ended. */
async function healthOf(daemon: Daemon): Promise<string[]> {
  const serving = Promise.withResolvers<void>();
  const watching = watched(await addressOf(daemon, "gRPC health server"), () => serving.resolve());
  await serving.promise;
  const [heard, status] = await Promise.all([watching, daemon.end()]);
  assertEquals(status, 0, daemon.log);
  return heard;
}

Deno.test("every role says whether it is there, from its start to its end", async () => {
  await inFolder(async (folder) => {
    const superlink = await start([
      "superlink",
      "--insecure",
      "--isolation",
      "process",
      ...ANY_PORTS,
      ...HEALTH,
    ], folder);
    const fleet = await addressOf(superlink, "Fleet API");
    const appIo = await addressOf(superlink, "ServerAppIo API");
    const supernode = await start([
      ...[
        "supernode",
        "--insecure",
        "--superlink",
        fleet,
        "--clientappio-api-address",
        "127.0.0.1:0",
        ...HEALTH,
      ],
    ], folder);
    const superexec = await start([
      ...["superexec", "--insecure", "--appio-api-address", appIo, "--plugin-type", "serverapp", ...HEALTH],
    ], folder);
    for (const daemon of [superexec, supernode, superlink]) {
      const heard = await healthOf(daemon);
      assertEquals(heard.filter((status, index) => status !== heard[index - 1]).slice(-2), [
        "SERVING",
        "NOT_SERVING",
      ]);
    }
  });
});

Deno.test("whoever speaks HTTP/1 to a port is told which API of which releases it is", async () => {
  await inFolder(async (folder) => {
    const caCerts = [await Deno.readTextFile(`${folder}/ca.crt`)];
    const superlink = await start(["superlink", ...tlsFlags(folder), ...ANY_PORTS, ...HEALTH], folder);
    const sentences: Record<string, RegExp> = {
      "Fleet API":
        /Fleet API over gRPC .* SuperNodes of Flower 1\.26 to 1\.39\. .*HTTP APIs .* not served yet/,
      "Control API": /Control API over gRPC .*`flwr` of Flower 1\.32\./,
      "ServerAppIo API": /ServerAppIo API over gRPC/,
      "gRPC health server": /gRPC \(HTTP\/2\) only/,
    };
    using client = Deno.createHttpClient({ caCerts, http2: false });
    for (const [api, sentence] of Object.entries(sentences)) {
      const scheme = api === "Fleet API" || api === "Control API" ? "https" : "http";
      const reply = await fetch(`${scheme}://${await addressOf(superlink, api.replace("(", "\\("))}/health`, {
        client,
      });
      assertEquals(reply.status, 505, api);
      assertMatch(await reply.text(), sentence);
    }
    assertEquals(await superlink.end(), 0);
  });
});

Deno.test("--log-file gets every line, from the first to the last", async () => {
  await inFolder(async (folder) => {
    const log = `${folder}/superlink.log`;
    const words = ["superlink", "--insecure", ...ANY_PORTS, "--log-file", log];
    const superlink = await start(words, folder);
    await addressOf(superlink, "Fleet API");
    assertEquals(await superlink.end(), 0);
    const lines = (await Deno.readTextFile(log)).trimEnd().split("\n");
    for (const line of lines) {
      assertMatch(line, /^(INFO|WARNING) flwr \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \| SuperLink \| \S/);
    }
    assertStringIncludes(lines[0], "| Starting Flower SuperLink");
    assertStringIncludes(lines.at(-1)!, "| SuperLink terminated gracefully.");
    assertEquals(superlink.log.match(/^\w+ *:/gm)?.length, lines.length);

    const nowhere = await start([...words.slice(0, -1), `${folder}/no/such.log`], folder);
    assertEquals(await nowhere.ended(), 1);
    assertStringIncludes(nowhere.log, `Error: Cannot write the log file ${folder}/no/such.log`);
  });
});
