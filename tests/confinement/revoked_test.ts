import { assertEquals } from "@std/assert";

const at = (path: string) => new URL(`../../${path}`, import.meta.url).href;

/** A role that is up at once and over a little later, and what its main thread may do in between and afterwards. */
const SCRIPT = `
import { runRole } from "${at("cli/daemon/role_host.ts")}";
import { fakeEnv } from "${at("tests/fakes/env.ts")}";
const names = ["read", "write", "net", "env", "run", "sys", "ffi"];
const states = () => names.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
const before = states();
const code = 'postMessage({kind:"ready"}); setTimeout(() => postMessage({kind:"ended",status:0}), 300)';
const role = {
  name: "Role",
  entry: new URL("data:text/javascript," + encodeURIComponent(code)),
  permissions: { read: false },
  settings: {},
};
let during;
setInterval(() => during = states(), 20);
const status = await runRole(role, fakeEnv());
console.log(JSON.stringify({ before, during, after: states(), status }));
Deno.exit();
`;

Deno.test("revoked: once a role's Worker is up the main thread may do nothing any more", async () => {
  const args = [
    "run",
    "--quiet",
    "-A",
    "--no-check",
    "--unstable-worker-options",
    "--config",
    "deno.json",
    "-",
  ];
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("../../", import.meta.url),
    ...{ stdin: "piped", stdout: "piped", stderr: "inherit" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(SCRIPT));
  await writer.close();
  const { stdout } = await child.output();
  const { before, during, after, status } = JSON.parse(
    new TextDecoder().decode(stdout).trim().split("\n").at(-1)!,
  );
  assertEquals(before, ["read", "write", "net", "env", "run", "sys", "ffi"]);
  assertEquals([during, after, status], [[], [], 0]);
});
