/** A SuperLink whose certificate is about to end: everybody who deals with it is told, and nobody is in the way. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../cli/run.ts";
import { connectGrpc } from "../core/io/grpc/client.ts";
import { makeServerFiles } from "./fakes/certificates.ts";
import { FakeClock } from "./fakes/clock.ts";
import { Daemon } from "./fakes/daemon.ts";
import { fakeEnv } from "./fakes/env.ts";
import { addressOf, ANY_PORTS, inFolder, tlsFlags } from "./fakes/site.ts";

/** A SuperLink of ours in a process of its own, with a certificate that ends in so many days. */
async function withSuperLink(
  days: number,
  work: (site: { folder: string; superlink: Daemon }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const { ca, server } = await makeServerFiles({ validDays: [-1, days] });
    await Deno.writeFile(`${folder}/ca.crt`, ca.certificate);
    await Deno.writeFile(`${folder}/server.pem`, server.certificate);
    await Deno.writeFile(`${folder}/server.key`, server.privateKey);
    const env = { FLWR_HOME: `${folder}/home`, PATH: "" };
    const tls = [...tlsFlags(folder), ...tlsFlags(folder, "appio-ssl"), "--isolation", "process"];
    const superlink = new Daemon(["superlink", ...tls, ...ANY_PORTS], { env });
    try {
      await work({ folder, superlink });
    } finally {
      assertEquals(await superlink.end(), 0);
    }
  });
}

/** What a `flwr` command says of the SuperLink. */
async function flwr(words: string[], site: { folder: string; superlink: Daemon }) {
  const address = await addressOf(site.superlink, "Control API");
  const home = `${site.folder}/user`;
  await Deno.mkdir(home, { recursive: true });
  const settings = `address = "${address}"\nroot-certificates = "${site.folder}/ca.crt"\n`;
  await Deno.writeTextFile(
    `${home}/config.toml`,
    `[superlink]\ndefault = "it"\n\n[superlink.it]\n${settings}`,
  );
  const env = fakeEnv({
    cwd: site.folder,
    clock: new FakeClock(Date.now()),
    variables: { FLWR_HOME: home },
    connect: (target) => connectGrpc(target),
  });
  const status = await run(["flwr", ...words], env);
  return { status, out: env.out(), err: env.err(), address };
}

Deno.test("a certificate with 10 days to go: the SuperLink, its SuperNodes, SuperExecs and flwr say so", async () => {
  await withSuperLink(10.5, async (site) => {
    await site.superlink.says(
      /WARNING .*The certificate of "CN=server" in .*server\.pem expires on .*, in 10 days/,
    );
    const { status, out, err, address } = await flwr(["supernode", "list", "--format", "json"], site);
    assertEquals(status, 0);
    assertEquals(JSON.parse(out), { success: true, nodes: [] });
    assertEquals(err.split("\n").length, 2);
    assertStringIncludes(err, `Warning: The certificate of "CN=server" of ${address} expires on`);
    assertStringIncludes(err, "in 10 days. Renew it on the SuperLink");
    for (const words of [["ls"], ["federation", "list"]]) {
      assertStringIncludes((await flwr(words, site)).err, "in 10 days. Renew it on the SuperLink");
    }

    const fleet = await addressOf(site.superlink, "Fleet API");
    const supernode = new Daemon([
      "supernode",
      ...["--superlink", fleet, "--root-certificates", `${site.folder}/ca.crt`],
      ...["--clientappio-api-address", "127.0.0.1:0", "--isolation", "process"],
    ], { env: { FLWR_HOME: `${site.folder}/node`, PATH: "" } });
    await supernode.says(
      /WARNING .*The certificate of "CN=server" of 127\.0\.0\.1:\d+ expires on .*, in 10 days/,
    );
    assertEquals(await supernode.end(), 0);

    const appIo = await addressOf(site.superlink, "ServerAppIo API");
    const superexec = new Daemon([
      "superexec",
      ...["--appio-api-address", appIo, "--root-certificates", `${site.folder}/ca.crt`],
      ...["--plugin-type", "serverapp"],
    ], { env: { FLWR_HOME: `${site.folder}/exec`, PATH: "" } });
    await superexec.says(
      /WARNING .*The certificate of "CN=server" of 127\.0\.0\.1:\d+ expires on .*, in 10 days/,
    );
    assertEquals(await superexec.end(), 0);
  });
});

Deno.test("a certificate with 100 days to go: nobody says a word", async () => {
  await withSuperLink(100.5, async (site) => {
    const { status, err } = await flwr(["supernode", "list"], site);
    assertEquals([status, err], [0, ""]);
    assert(!site.superlink.log.includes("expires on"));
  });
});
