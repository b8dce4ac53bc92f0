import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { UserError } from "../output.ts";
import { connectionsIn, readConnections } from "./connections.ts";

const PATH = "/home/user/.flwr/config.toml";

const GOOD = `
[superlink]
default = "plain"
[superlink.plain]
address = "127.0.0.1:9093"
insecure = true
[superlink.tls]
address = "example.org:9093"
root-certificates = "/etc/ca.crt"
federation = "@me/fed"
[superlink.simulation]
options.num-supernodes = 10
allow-app-read = ["/data", "/more"]
[superlink."with blank"]
address = "a:1"
unknown = 3
`;

const found: [string | undefined, object][] = [
  [undefined, { name: "plain", address: "127.0.0.1:9093", insecure: true }],
  ["plain", { name: "plain", address: "127.0.0.1:9093", insecure: true }],
  ["tls", {
    name: "tls",
    address: "example.org:9093",
    insecure: false,
    rootCertificates: "/etc/ca.crt",
    federation: "@me/fed",
  }],
  ["simulation", {
    name: "simulation",
    address: ":local:",
    insecure: false,
    simulation: { num_supernodes: 10 },
    appRead: ["/data", "/more"],
  }],
  ["with blank", { name: "with blank", address: "a:1", insecure: false }],
];

for (const [name, expected] of found) {
  Deno.test(`config.toml gives the connection ${name ?? "of its default"}`, () => {
    const connection = connectionsIn(GOOD, PATH).get(name);
    assertEquals(connection, { rootCertificates: undefined, federation: undefined, ...expected } as never);
  });
}

Deno.test("config.toml lists its connections in their order", () => {
  const { names, defaultName } = connectionsIn(GOOD, PATH);
  assertEquals(names, ["plain", "tls", "simulation", "with blank"]);
  assertEquals(defaultName, "plain");
});

const bad: [string, string, string][] = [
  [
    "text for a boolean",
    `[superlink.a]\naddress="x:1"\ninsecure="yes"`,
    "Invalid value for key 'insecure' in connection 'a': expected bool, but got str.",
  ],
  ["a number for a text", `[superlink.a]\naddress=5`, "expected str, but got int."],
  ["a fraction for a text", `[superlink.a]\naddress=5.5`, "expected str, but got float."],
  [
    "no federation's name",
    `[superlink.a]\naddress="x:1"\nfederation="mine"`,
    "Invalid federation format: mine.",
  ],
  [
    "options that are no table",
    `[superlink.a]\noptions=3`,
    "Invalid value for key 'options' in connection 'a'",
  ],
  ["options without nodes", `[superlink.a]\noptions.verbose=true`, "options.num-supernodes must be given"],
  [
    "a text for a number of nodes",
    `[superlink.a]\noptions.num-supernodes="ten"`,
    "Connection 'a': Cannot use options.num-supernodes as it must be a whole number of at least 0",
  ],
  ["a list for a text", `[superlink.a]\naddress=["x"]`, "expected str, but got list."],
  ["no address", `[superlink.a]`, "'address' must be given for connection 'a'"],
  ["no table", `[superlink]\na = "x:1"`, "[superlink.a] must be a table"],
  [
    "TLS and none",
    `[superlink.a]\naddress="x:1"\ninsecure=true\nroot-certificates="/ca"`,
    "remove one of them",
  ],
  [
    "a relative path",
    `[superlink.a]\naddress=":local:"\nallow-app-read=["data"]`,
    "'allow-app-read' of connection 'a' must be a list of absolute paths",
  ],
  [
    "a relative certificate",
    `[superlink.a]\naddress="x:1"\nroot-certificates="ca.crt"`,
    "must be an absolute path: current value is ca.crt",
  ],
  ["a name that is not there", `[superlink.b]\naddress="x:1"`, "SuperLink connection 'a' not found"],
  ["a name of every object", `[superlink.b]\naddress="x:1"`, "not found"],
];

for (const [name, toml, message] of bad) {
  Deno.test(`config.toml is refused: ${name}`, () => {
    const asked = name.includes("every object") ? "constructor" : "a";
    const error = assertThrows(() => connectionsIn(toml, PATH).get(asked), UserError, message);
    assertStringIncludes(error.message, PATH);
  });
}

const broken: [string, string, string][] = [
  ["no TOML", "[superlink", "line 1, column"],
  ["no [superlink]", "x = 1", "it must have a table [superlink]"],
  ["a default that is no text", "[superlink]\ndefault = 1", `"default" in [superlink] must be the name`],
];

for (const [name, toml, message] of broken) {
  Deno.test(`config.toml is refused as a whole: ${name}`, () => {
    assertThrows(() => connectionsIn(toml, PATH), UserError, message);
  });
}

Deno.test("a default that is not there is said to be one, and the nearest name is offered", () => {
  const connections = connectionsIn(`[superlink]\ndefault="plane"\n[superlink.plain]\naddress="x:1"`, PATH);
  const error = assertThrows(
    () => connections.get(undefined),
    UserError,
    "default connection 'plane' is defined",
  );
  assertStringIncludes(error.hint!, "Did you mean plain?");
});

Deno.test("a home that cannot be made is named", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/file`, "");
  await Deno.mkdir(`${folder}/odd/config.toml`, { recursive: true });
  for (const home of ["file", "odd"]) {
    const env = fakeEnv({ variables: { FLWR_HOME: `${folder}/${home}` } });
    const error = await assertRejects(
      () => readConnections(env, () => {}),
      UserError,
      `${folder}/${home}/config.toml`,
    );
    assertStringIncludes(error.hint!, "FLWR_HOME");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("without a default one has to be named", () => {
  const connections = connectionsIn(`[superlink.a]\naddress="x:1"`, PATH);
  const error = assertThrows(() => connections.get(undefined), UserError, "names no default");
  assertStringIncludes(error.hint!, "a");
});

Deno.test("the first use makes a config.toml, says so, and reads the same afterwards", async () => {
  const home = await Deno.makeTempDir();
  const env = fakeEnv({ variables: { FLWR_HOME: home } });
  const notices: string[] = [];
  const first = await readConnections(env, (text) => notices.push(text));
  const second = await readConnections(env, (text) => notices.push(text));
  assertEquals(notices.length, 1);
  assertStringIncludes(notices[0], `${home}/config.toml`);
  assertEquals(first.names, second.names);
  assertEquals(first.get("local-deployment"), {
    name: "local-deployment",
    address: "127.0.0.1:9093",
    insecure: true,
    rootCertificates: undefined,
    federation: undefined,
  });
  await Deno.remove(home, { recursive: true });
});
