import { assertEquals, assertRejects } from "@std/assert";
import { connectGrpc } from "../core/io/grpc/client.ts";
import { RpcClient } from "../core/rpc/client.ts";
import { RpcError } from "../core/rpc/status.ts";
import { control } from "../core/wire/methods.ts";
import { makeServerFiles } from "./fakes/certificates.ts";
import { Daemon } from "./fakes/daemon.ts";
import { addressOf, ANY_PORTS, denoFlagsFor, inFolder, tlsFlags } from "./fakes/site.ts";

Deno.test("a certificate that is renewed is shown to new connections, without a restart", async () => {
  await inFolder(async (folder) => {
    const env = { FLWR_HOME: `${folder}/home`, PATH: "" };
    const words = ["superlink", ...tlsFlags(folder), ...tlsFlags(folder, "appio-ssl"), ...ANY_PORTS];
    const superlink = new Daemon(words, { env, denoFlags: await denoFlagsFor(words, folder) });
    const address = await addressOf(superlink, "Control API");
    const client = (rootCertificates: Uint8Array) =>
      new RpcClient(connectGrpc({ address, tls: { rootCertificates } }));
    const before = await Deno.readFile(`${folder}/ca.crt`);
    const old = client(before);
    await old.call(control.ListNodes, {});

    const { ca, server } = await makeServerFiles();
    const files = {
      "ca.crt": ca.certificate,
      "server.pem": server.certificate,
      "server.key": server.privateKey,
    };
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/${name}.new`, content);
      await Deno.rename(`${folder}/${name}.new`, `${folder}/${name}`);
    }
    // Once for the doors of SuperNodes and users, once for the one of apps.
    await superlink.says(
      /(New connections are shown the certificate that now stands in .*server\.pem\n[^]*){2}/,
    );
    const [now, late] = [client(ca.certificate), client(before)];
    await now.call(control.ListNodes, {});
    await assertRejects(() => late.call(control.ListNodes, {}), RpcError, "TLS handshake failed");
    await old.call(control.ListNodes, {});
    for (const { transport } of [old, now, late]) transport.close();
    assertEquals(await superlink.end(), 0);
  });
});
