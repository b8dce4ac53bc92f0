import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { asked, given, holds, type Permission } from "../confinement/audit.ts";
import { Federation } from "../confinement/federation.ts";
import type { Running } from "../confinement/running.ts";
import { binary, isWindows } from "./binary.ts";

const APP = fileURLToPath(new URL("../interop/apps/typescript_app", import.meta.url));

/** Asked for only to be told that nothing is there: libraries to be replaced, Python's programs on PATH. */
const IN_VAIN = [/^env (LD|DYLD)_/, /^read .*flwr-(server|client)app(\.exe)?$/];

/** The flags that `corolla permissions` prints for a daemon that runs. */
async function printedFor(daemon: Running, federation: Federation): Promise<Permission[]> {
  const home = daemon.name.slice(0, daemon.name.indexOf(":"));
  const { code, stdout, stderr } = await federation.run(["permissions", ...daemon.args], { home });
  assertEquals(code, 0, stderr);
  const words = stdout.trim().match(/'[^']*'|\S+/g) ?? [];
  return given(words.map((word) => word.replaceAll("'", "")));
}

Deno.test("compiled: the roles ask for nothing but what `corolla permissions` prints for them", async () => {
  await using federation = await Federation.prepare({ program: binary, env: { PATH: "" }, audited: true });
  const superlink = await federation.begin();
  const supernode = await federation.addSuperNode({ host: "localhost" });
  for (const role of [supernode, superlink]) {
    await role.stop();
    const [wanted, allowed] = [await asked(federation.auditPath(role)), await printedFor(role, federation)];
    // The state, the certificates and the addresses are all there.
    assert(wanted.length > 10, JSON.stringify(wanted));
    const outside = wanted.filter((one) => !allowed.some((other) => holds(other, one)))
      .map(({ kind, value }) => `${kind} ${value}`)
      .filter((text) => !IN_VAIN.some((reason) => reason.test(text)));
    assertEquals(outside, [], role.name);
  }
});

Deno.test({
  name: "compiled: a role neither reads nor writes outside its own folders, even where a link leads there",
  ignore: isWindows,
}, async () => {
  await using federation = await Federation.prepare({ program: binary });
  const superlink = await federation.begin({ superlink: ["--allow-unconfined-apps"] });
  for (const id of [0, 1]) {
    const flags = ["--allow-unconfined-apps", "--node-config", `partition-id=${id} num-partitions=2`];
    await federation.addSuperNode({ flags });
  }
  const contents = federation.path("homes/superlink/superlink/state.db-objects");
  const elsewhere = federation.path("elsewhere");
  await Deno.rename(contents, elsewhere);
  await Deno.symlink(elsewhere, contents);
  const before = await everythingIn(elsewhere);
  const { code, stdout, stderr } = await federation.flwr(["run", APP, "test", "--stream"]);
  assertEquals(code, 1, stdout);
  assertMatch(stdout + stderr + superlink.said, /Requires (read|write) access to ".*elsewhere/);
  assertEquals(await everythingIn(elsewhere), before);
});

async function everythingIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    found.push(
      name,
      ...isDirectory ? (await everythingIn(`${folder}/${name}`)).map((inner) => `${name}/${inner}`) : [],
    );
  }
  return found.sort();
}
