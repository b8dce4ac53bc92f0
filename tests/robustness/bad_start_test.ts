/** Programs that cannot start, or cannot connect, as they were told: they say why and what to do, and change nothing. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import type { Program, Stage } from "../interop/harness.ts";
import { act, Site } from "./site.ts";
import { tlsFiles } from "./tls_files.ts";

const ANY_PORTS = ["fleet", "control", "serverappio"].flatMap((api) => [
  `--${api}-api-address`,
  "127.0.0.1:0",
]);

/** So many programs are started at a time. */
const AT_A_TIME = 3;

/** A command line that must fail at once, and what it says. */
interface Refusal {
  readonly program: Program;
  readonly args: readonly string[];
  readonly says: RegExp;
}

async function refuseAll(stage: Stage, refusals: readonly Refusal[]): Promise<void> {
  const waiting = refusals.map((refusal, index) => ({ ...refusal, name: `refused-${index}` }));
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { says, ...order } = next;
      const { code, stderr } = await stage.run({ ...order, maker: "ours" }, 20_000);
      const what = `${order.program} ${order.args.join(" ")}: ${stderr}`;
      assertEquals(code, 1, what);
      assertMatch(stderr, says, what);
      assertStringIncludes(stderr, "Error: ", what);
      assertEquals(stderr.includes("    at "), false, `a stack trace: ${what}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

act("a database that cannot be used is named, with the reason, and stays as it is", async (stage) => {
  const site = new Site(stage);
  await site.startSuperLink();
  const heldBy = stage.pid(site.superlink.name);
  const refusal = (database: string, says: RegExp): Refusal => ({
    program: "superlink",
    args: ["--insecure", ...ANY_PORTS, "--database", database],
    says,
  });
  const held = refusal(
    `${site.stateFolder}/state.db`,
    new RegExp(`process ${heldBy} does\\. Stop that process`),
  );
  await refuseAll(stage, [held]);
  await site.superlink.stop();

  const good = Deno.readFileSync(`${site.stateFolder}/state.db`);
  const files: Record<string, { content: Uint8Array; says: RegExp }> = {
    "garbage.db": {
      content: new TextEncoder().encode("not a database at all"),
      says: /is another kind of file/,
    },
    "truncated.db": { content: good.slice(0, good.length / 2), says: /it is damaged/ },
    "scribbled.db": { content: scribbled(good), says: /it is damaged/ },
    "newer.db": { content: withVersion(good, 99), says: /it has 99, from a newer corolla/ },
    "foreign.db": { content: withoutMark(good), says: /it belongs to another program/ },
  };
  for (const [name, { content }] of Object.entries(files)) Deno.writeFileSync(stage.path(name), content);
  stage.write("folder/file", "");
  await refuseAll(stage, [
    ...Object.entries(files).map(([name, { says }]) => refusal(stage.path(name), says)),
    refusal(stage.path("folder"), /it is a directory/),
    refusal(stage.path("nowhere/state.db"), /its folder must exist/),
  ]);
  for (const [name, { content }] of Object.entries(files)) {
    assertEquals(digest(Deno.readFileSync(stage.path(name))), digest(content), name);
  }
});

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Where SQLite's header keeps the application's own version and mark. */
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

function withVersion(database: Uint8Array, version: number): Uint8Array {
  const changed = database.slice();
  new DataView(changed.buffer).setUint32(USER_VERSION_AT, version);
  return changed;
}

function withoutMark(database: Uint8Array): Uint8Array {
  const changed = database.slice();
  new DataView(changed.buffer).setUint32(APPLICATION_ID_AT, 0);
  return changed;
}

function scribbled(database: Uint8Array): Uint8Array {
  const changed = database.slice();
  changed.fill(0x5a, 4_200, 8_000);
  return changed;
}

act("TLS files that cannot be used are named, with the reason", async (stage) => {
  const files = await tlsFiles(stage);
  const listener = (ca: string, certificate: string, key: string): string[] => [
    ...["--ssl-ca-certfile", files[ca] ?? ca],
    ...["--ssl-certfile", files[certificate] ?? certificate],
    ...["--ssl-keyfile", files[key] ?? key],
  ];
  const superlink = (says: RegExp, ...args: string[]): Refusal => ({
    program: "superlink",
    args: [...args, ...ANY_PORTS, "--database", ":flwr-in-memory:"],
    says,
  });
  const supernode = (says: RegExp, ...args: string[]): Refusal => ({
    program: "supernode",
    args: [...args, "--clientappio-api-address", "127.0.0.1:0"],
    says,
  });
  await refuseAll(stage, [
    superlink(
      /`--ssl-certfile` does not point to a file: nowhere\.pem/,
      ...listener("ca", "nowhere.pem", "key"),
    ),
    superlink(/it holds a private key\nNext: .*swapped/, ...listener("ca", "key", "certificate")),
    superlink(/expired\.pem: the certificate of .* expired on/, ...listener("ca", "expired", "expiredKey")),
    superlink(/made for another key/, ...listener("ca", "certificate", "otherKey")),
    superlink(/was signed by .*, the CA is/, ...listener("otherCa", "certificate", "key")),
    superlink(/--insecure together with --ssl-certfile/, "--insecure", "--ssl-certfile", files.certificate),
    superlink(/without --ssl-ca-certfile and --ssl-keyfile/, "--ssl-certfile", files.certificate),
    superlink(/Certificates are required unless running in insecure mode/),
    superlink(/signatures need TLS/, "--insecure", "--enable-supernode-auth"),
    supernode(/Conflicting options: --insecure/, "--insecure", "--root-certificates", files.ca),
    supernode(/key\.pem as CA certificate: it holds a private key/, "--root-certificates", files.key),
  ]);
});

act("who cannot connect says why, within seconds", async (stage) => {
  const files = await tlsFiles(stage);
  const secure = new Site(stage, {
    name: "secure",
    tls: { ca: files.ca, certificate: files.certificate, key: files.key },
    superlinkArgs: ["--enable-supernode-auth"],
  });
  const open = new Site(stage, { name: "open" });
  await Promise.all([secure.startSuperLink(), open.startSuperLink()]);
  const keys = stage.path("keys");
  await stage.tool("keys", [keys]);

  const node = (says: RegExp, superlink: string, ...args: string[]): Refusal => ({
    program: "supernode",
    args: ["--superlink", superlink, "--clientappio-api-address", "127.0.0.1:0", ...args],
    says,
  });
  const ownKey = ["--auth-supernode-private-key", `${keys}/client_credentials_1`];
  const trusted = ["--root-certificates", files.ca];
  await refuseAll(stage, [
    node(
      /not signed by a trusted CA, but by "Test CA"/,
      secure.address("fleet"),
      "--root-certificates",
      files.otherCa,
    ),
    node(/it does not speak TLS/, open.address("fleet"), ...trusted),
    node(/takes registered SuperNodes only .*flwr supernode register/, secure.address("fleet"), ...trusted),
    node(/No SuperNode found .*flwr supernode register/, secure.address("fleet"), ...trusted, ...ownKey),
    node(/There is no Fleet API at the address that --superlink/, open.address("control"), "--insecure"),
    {
      program: "superlink",
      args: ["--insecure", ...ANY_PORTS, "--database", ":flwr-in-memory:"].map((word, index, words) =>
        words[index - 1] === "--fleet-api-address" ? open.address("fleet") : word
      ),
      says: /Port in server address \S+ is already in use.*\nNext: .*give the Fleet API .*another address/,
    },
  ]);
  await keepTrying(stage, secure.address("fleet"), /127\.0\.0\.1:\d+.*it may expect TLS/);
  await open.superlink.stop();
  await keepTrying(stage, open.address("fleet"), /Cannot connect to 127\.0\.0\.1:\d+.*ECONNREFUSED/);
  await flwrSays(stage, secure.address("control"), {
    trust: `root-certificates = "${files.otherCa}"`,
    says: /not signed by a trusted CA, but by "Test CA"/,
  });
  await flwrSays(stage, open.address("control"), {
    trust: "insecure = true",
    says: /Waiting .*ECONNREFUSED/,
  });
});

/** A SuperNode that may be right to hope goes on trying, and says what is in its way. */
async function keepTrying(stage: Stage, superlink: string, says: RegExp): Promise<void> {
  const node = stage.start({
    name: `hopeful-${superlink}`,
    maker: "ours",
    program: "supernode",
    args: ["--insecure", "--superlink", superlink, "--clientappio-api-address", "127.0.0.1:0"],
  });
  assertMatch((await node.says(/Connection attempt failed, retrying in [\d.]+ seconds: .*\n/))[0], says);
  await node.says(/(Connection attempt failed[^]*){2}/);
  assertEquals((await node.stop()).code, 0);
}

async function flwrSays(
  stage: Stage,
  address: string,
  { trust, says }: { trust: string; says: RegExp },
): Promise<void> {
  const name = `flwr-${address}`;
  stage.write(`homes/${name}/config.toml`, `[superlink.there]\naddress = "${address}"\n${trust}\n`);
  const flwr = stage.start({ name, maker: "ours", program: "flwr", args: ["ls", "there"] });
  await flwr.says(says);
  await flwr.stop();
}
