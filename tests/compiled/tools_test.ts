import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { Federation } from "../confinement/federation.ts";
import { binary } from "./binary.ts";

/** Whoever asked the network for something would ask here. */
function nobody(): { env: Record<string, string>; came: () => number; [Symbol.dispose]: () => void } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let came = 0;
  (async () => {
    for await (const connection of listener) {
      came++;
      connection.close();
    }
  })();
  const proxy = `http://127.0.0.1:${listener.addr.port}`;
  const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, JSR_URL: proxy, NPM_CONFIG_REGISTRY: proxy };
  return { env, came: () => came, [Symbol.dispose]: () => listener.close() };
}

Deno.test("compiled: certs and keys make what the guides name, and nothing is fetched", async () => {
  using network = nobody();
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

for (const template of ["typescript", "python"]) {
  Deno.test(`compiled: flwr new makes a ${template} app and flwr build bundles it, and nothing is fetched`, async () => {
    using network = nobody();
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
