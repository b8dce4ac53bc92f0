import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { Federation } from "../confinement/federation.ts";
import { noNetwork } from "../confinement/no_network.ts";
import { binary } from "./binary.ts";

Deno.test("compiled: certs and keys make what the guides name, and nothing is fetched", async () => {
  using network = noNetwork();
  await using federation = await Federation.prepare({ program: binary, env: network.env });
  for (const tool of ["certs", "keys"]) {
    const { code, stderr } = await federation.run([tool], { home: "user" });
    assertEquals(code, 0, stderr);
  }
  const files = async (folder: string) =>
    (await Array.fromAsync(Deno.readDir(federation.path(folder)), ({ name }) => name)).sort();
  assertEquals(await files("certificates"), ["ca.crt", "ca.key", "server.key", "server.pem"]);
  const keys = ["client_credentials_1", "client_credentials_2"].flatMap((name) => [name, `${name}.pub`]);
  assertEquals(
    await files("keys"),
    ["client_public_keys.csv", ...keys, "server_credentials", "server_credentials.pub"].sort(),
  );
  assertMatch(await Deno.readTextFile(federation.keyPath(1)), /^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
  assertEquals(network.came(), 0);
});

Deno.test("compiled: plot draws SVG and PNG, and nothing is fetched", async () => {
  using network = noNetwork();
  await using federation = await Federation.prepare({ program: binary, env: network.env });
  const rounds = federation.path("rounds.jsonl");
  await Deno.writeTextFile(rounds, '{"round":1,"loss":2}\n{"round":2,"loss":1}\n');
  for (const [picture, start] of [["loss.svg", "<svg"], ["loss.png", "PNG"]]) {
    const path = federation.path(picture);
    const { code, stderr } = await federation.run(["plot", rounds, "--output", path], { home: "user" });
    assertEquals(code, 0, stderr);
    const head = new TextDecoder().decode((await Deno.readFile(path)).subarray(0, 8));
    assertStringIncludes(head, start);
  }
  assertEquals(network.came(), 0);
});

for (const template of ["typescript", "python"]) {
  Deno.test(`compiled: flwr new makes a ${template} app and flwr build bundles it, and nothing is fetched`, async () => {
    using network = noNetwork();
    await using federation = await Federation.prepare({ program: binary, env: network.env });
    const made = await federation.flwr(["new", "my-app", "--template", template, "--publisher", "acme"]);
    assertEquals(made.code, 0, made.stderr);
    const built = await federation.flwr(["build", "--app", join(federation.folder, "my-app")]);
    assertEquals(built.code, 0, built.stderr);
    const names = await Array.fromAsync(Deno.readDir(federation.folder), ({ name }) => name);
    assertEquals(names.filter((name) => /^acme\.my-app\..*\.fab$/.test(name)).length, 1, built.stdout);
    assertEquals(network.came(), 0);
  });
}
