import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { connectGrpc } from "../core/io/grpc/client.ts";
import { RpcClient } from "../core/rpc/client.ts";
import { control } from "../core/wire/methods.ts";
import { Daemon } from "./fakes/daemon.ts";
import { addressOf, ANY_PORTS, denoFlagsFor, inFolder, tlsFlags } from "./fakes/site.ts";

/*
 * Daemons as processes of their own: what only shows there. Ports are chosen by the system; every wait is for
 * something the daemon says.
 */

const KEYS = fileURLToPath(new URL("./vectors/keys/", import.meta.url));

Deno.test("a SuperLink with TLS works under exactly the permissions that are printed for it, and keeps its state", async () => {
  await inFolder(async (folder) => {
    const words = ["superlink", ...tlsFlags(folder), ...tlsFlags(folder, "appio-ssl"), ...ANY_PORTS];
    const env = {
      FLWR_HOME: `${folder}/home`,
      PATH: "",
      DENO_AUDIT_PERMISSIONS: `${folder}/audit`,
    };
    const denoFlags = await denoFlagsFor(words, folder);
    const rootCertificates = await Deno.readFile(`${folder}/ca.crt`);
    const publicKey = await Deno.readFile(`${KEYS}client_credentials_1.spki.pem`);
    let nodeId: string | undefined;
    for (const start of ["first", "second"]) {
      const superlink = new Daemon(words, { env, denoFlags });
      const address = await addressOf(superlink, "Control API");
      const client = new RpcClient(connectGrpc({ address, tls: { rootCertificates } }));
      if (start === "first") {
        nodeId = (await client.call(control.RegisterNode, { public_key: publicKey })).node_id;
      }
      const { nodes_info: nodes } = await client.call(control.ListNodes, {});
      assertEquals(nodes.map((node) => node.node_id), [nodeId]);
      client.transport.close();
      assertEquals(await superlink.end(), 0);
      assertMatch(superlink.log, /SuperLink terminated gracefully\.\n$/);
    }
    await onlyWhatWasGranted(`${folder}/audit`, [folder]);
  });
});

/** Reads Deno's own record of what was used: outside our source nothing but what lies under the granted folders. */
async function onlyWhatWasGranted(path: string, granted: readonly string[]): Promise<void> {
  const source = fileURLToPath(new URL("../", import.meta.url));
  const lines = (await Deno.readTextFile(path)).trim().split("\n").map((line) => JSON.parse(line));
  const files = lines.filter(({ permission }) => permission === "read" || permission === "write");
  // Without a value it is a question about everything, as when a permission is given up.
  // Python's app programs are looked for, wherever PATH leads.
  const used = files.filter(({ value }) =>
    value !== null && !/\/flwr-(serverapp|clientapp|simulation)$/.test(value)
  );
  assertEquals(used.length > 0, true);
  for (const { value } of used) {
    const allowed = [source, Deno.execPath(), ...granted].some((place) => value.startsWith(place));
    assertEquals(allowed, true, `used ${value}`);
  }
}

Deno.test("a second SuperLink on the same database is told who has it, and one on a taken port which", async () => {
  await inFolder(async (folder) => {
    const env = { FLWR_HOME: `${folder}/home`, PATH: "" };
    const first = new Daemon(["superlink", "--insecure", ...ANY_PORTS], { env });
    const fleetAddress = await addressOf(first, "Fleet API");
    const second = new Daemon(["superlink", "--insecure", ...ANY_PORTS], { env });
    assertEquals(await second.ended(), 1);
    assertStringIncludes(second.log, `${first.pid}`);
    assertStringIncludes(second.log, "state.db");
    const third = new Daemon([
      "superlink",
      "--insecure",
      "--database",
      ":flwr-in-memory:",
      ...ANY_PORTS,
      "--fleet-api-address",
      fleetAddress,
    ], { env });
    assertEquals(await third.ended(), 1);
    assertStringIncludes(third.log, `Port in server address ${fleetAddress} is already in use.`);
    assertEquals(await first.end("SIGINT"), 0);
  });
});

Deno.test("with --auth-list-public-keys exactly the listed nodes may come", async () => {
  await inFolder(async (folder) => {
    const env = { FLWR_HOME: `${folder}/home`, PATH: "" };
    const superlink = new Daemon([
      "superlink",
      ...tlsFlags(folder),
      ...ANY_PORTS,
      "--auth-list-public-keys",
      `${KEYS}client_public_keys.csv`,
    ], { env });
    const fleetAddress = await addressOf(superlink, "Fleet API");
    const appIo = ["--clientappio-api-address", "127.0.0.1:0", "--isolation", "process"];
    const link = ["--superlink", fleetAddress, "--root-certificates", `${folder}/ca.crt`];
    const known = new Daemon([
      "supernode",
      ...link,
      ...appIo,
      "--auth-supernode-private-key",
      `${KEYS}client_credentials_1`,
    ], { env });
    await known.says(/SuperNode ID: \d+\n/);
    const unknown = new Daemon(["supernode", ...link, ...appIo], { env });
    assertEquals(await unknown.ended(), 1);
    assertStringIncludes(unknown.log, "registered");
    assertEquals(await known.end(), 0);
    assertMatch(known.log, /SuperNode terminated gracefully\.\n$/);
    assertEquals(await superlink.end(), 0);
  });
});

Deno.test("a SuperNode works under exactly the permissions that are printed for it, by name as well as by address", async () => {
  await inFolder(async (folder) => {
    const env = { FLWR_HOME: `${folder}/home`, PATH: "" };
    const superlink = new Daemon(["superlink", ...tlsFlags(folder), ...ANY_PORTS], { env });
    const { port } = new URL(`tcp://${await addressOf(superlink, "Fleet API")}`);
    for (const host of ["localhost", "127.0.0.1"]) {
      const words = [
        "supernode",
        ...["--superlink", `${host}:${port}`],
        ...["--root-certificates", `${folder}/ca.crt`],
        ...["--clientappio-api-address", "127.0.0.1:0"],
      ];
      const supernode = new Daemon(words, { env, denoFlags: await denoFlagsFor(words, folder) });
      await supernode.says(/SuperNode ID: \d+\n/);
      assertEquals(await supernode.end(), 0);
    }
    assertEquals(await superlink.end(), 0);
  });
});
