import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Daemon } from "./fakes/daemon.ts";
import { addressOf, ANY_PORTS, denoFlagsFor, inFolder, tlsFlags } from "./fakes/site.ts";

/*
 * The guide "Authenticate SuperNodes", with processes of ours that may touch exactly what is printed for them.
 */

const VECTORS = fileURLToPath(new URL("./vectors/", import.meta.url));
const keyLine = (name: string) => Deno.readTextFileSync(`${VECTORS}keys/${name}.pub`).trim();

/** The guide's command lines in a folder of their own. */
class Site {
  readonly env: Record<string, string>;
  #fleetAddress = "";

  constructor(readonly folder: string) {
    this.env = { FLWR_HOME: `${folder}/home`, PATH: "" };
  }

  async writeList(text: string): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/client_public_keys.csv`, text);
  }

  async superlink(...more: string[]): Promise<Daemon> {
    const { folder, env } = this;
    const words = [
      "superlink",
      ...tlsFlags(folder),
      ...ANY_PORTS,
      ...["--auth-list-public-keys", `${folder}/client_public_keys.csv`],
      ...["--auth-superlink-private-key", `${VECTORS}keys/server_credentials`],
      ...["--auth-superlink-public-key", `${VECTORS}keys/server_credentials.pub`],
      ...more,
    ];
    const superlink = new Daemon(words, { env, denoFlags: await denoFlagsFor(words, folder) });
    this.#fleetAddress = await addressOf(superlink, "Fleet API");
    return superlink;
  }

  async supernode(...more: string[]): Promise<Daemon> {
    const { folder, env } = this;
    const words = [
      "supernode",
      ...["--root-certificates", `${folder}/ca.crt`],
      ...["--superlink", this.#fleetAddress],
      ...["--clientappio-api-address", "127.0.0.1:0", "--isolation", "process"],
      ...["--node-config", "partition-id=0 num-partitions=2"],
      ...more,
    ];
    return new Daemon(words, { env, denoFlags: await denoFlagsFor(words, folder) });
  }

  /** A SuperNode with a key of the vectors, as the guide starts it. */
  async keyed(name: string): Promise<Daemon> {
    const path = `${VECTORS}keys/${name}`;
    return await this.supernode(
      "--auth-supernode-private-key",
      path,
      "--auth-supernode-public-key",
      `${path}.pub`,
    );
  }
}

Deno.test("the authentication guide: who is listed comes, and the list may change at any time", async () => {
  await inFolder(async (folder) => {
    const site = new Site(folder);
    const [one, two] = ["client_credentials_1", "client_credentials_2"].map(keyLine);
    await site.writeList(`${one},${two}`);
    const superlink = await site.superlink();
    await superlink.says(/Node authentication enabled with 2 known public keys\n/);
    const first = await site.keyed("client_credentials_1");
    const [, id] = await first.says(/SuperNode ID: (\d+)\n/);
    assertMatch(first.log, /Authentication with a MAC over each call\n/);

    await Deno.writeTextFile(
      `${folder}/next.csv`,
      `\ufeff# the first one left\r\n ${two} bob's laptop ,\r\n\r\n`,
    );
    await Deno.rename(`${folder}/next.csv`, `${folder}/client_public_keys.csv`);
    await superlink.says(/The list of SuperNode keys has changed: 1 known public keys\n/);
    assertEquals(await first.ended(), 0);
    assertStringIncludes(first.log, "The SuperLink does not know this SuperNode any more");
    const refused = await site.keyed("client_credentials_1");
    assertEquals(await refused.ended(), 1);
    const keyless = await site.supernode();
    assertEquals(await keyless.ended(), 1);
    assertStringIncludes(keyless.log, "takes registered SuperNodes only");

    await site.writeList(`${one}\n${two.slice(0, 60)}\n`);
    await superlink.says(/the keys in force stay: Cannot use "row 2 of .*client_public_keys.csv"/);
    await site.writeList(`${one}\n${two}\n`);
    await superlink.says(/The list of SuperNode keys has changed: 2 known public keys\n/);
    const back = await site.keyed("client_credentials_1");
    const [, idNow] = await back.says(/SuperNode ID: (\d+)\n/);
    assertEquals(idNow, id);
    assertEquals(await back.end(), 0);
    assertEquals(await superlink.end(), 0);
  });
});

Deno.test("keys on other curves, in PKCS#8 and behind passphrases; MACs required on both sides", async () => {
  await inFolder(async (folder) => {
    const site = new Site(folder);
    await site.writeList(keyLine("client_credentials_1"));
    await Deno.writeTextFile(`${folder}/passphrase`, "open sesame\n");
    await Deno.writeTextFile(`${folder}/strange.csv`, keyLine("client_p521"));
    const superlink = await site.superlink("--require-node-auth", "hmac");
    const pkcs8 = `${VECTORS}keys/client_credentials_1.pkcs8.pem`;
    const node = await site.supernode("--auth-supernode-private-key", pkcs8, "--require-node-auth", "hmac");
    await node.says(/SuperNode ID: \d+\n/);
    assertEquals(await node.end(), 0);
    const locked = `${VECTORS}protected_keys/openssh_aes256-gcm`;
    const unlisted = await site.supernode(
      ...["--auth-supernode-private-key", locked, "--auth-passphrase-file", `${folder}/passphrase`],
    );
    await unlisted.ended();
    assertStringIncludes(unlisted.log, "No SuperNode found with the given public key");
    assertEquals(await superlink.end(), 0);
  });
});
