import { assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { asked, given, holds, type Permission } from "./audit.ts";
import { Federation } from "./federation.ts";
import { fromSource } from "./program.ts";
import type { Running } from "./running.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const HOSTILE = join(ROOT, "tests", "confinement", "apps", "hostile");

/** Asked for only to be told no: what is not there needs no leave, and who is refused goes on without. */
const IN_VAIN: readonly RegExp[] = [
  /^env (LD|DYLD)_/,
  /^read .*flwr-(serverapp|clientapp|simulation)(\.exe)?$/,
  /^read .*\/bwrap$/,
];

/** Given without being asked for while nothing runs and everything is well. */
const IN_RESERVE: readonly RegExp[] = [
  // To start app processes; other tests here have them started under the same flags.
  /^(run|read) .*deno(\.exe)?$/,
  // Where FLWR_HOME is not set, and where there is a terminal.
  /^env (HOME|USERPROFILE|NO_COLOR|TERM)$/,
  // Where DENO_DIR does not say where modules are.
  /^env XDG_CACHE_HOME$/,
  // Our own source: only what a Worker loads is asked for, and not all roles load all of it.
  new RegExp(`^read ${RegExp.escape(ROOT)}`),
  // Objects of earlier runs.
  /^read .*-objects$/,
  // Where apps that run have their folders.
  /^(read|write) .*\/runs$/,
];

const line = ({ kind, value }: Permission) => `${kind} ${value}`;
const unexplained = (permissions: Permission[], reasons: readonly RegExp[]) =>
  permissions.map(line).filter((text) => !reasons.some((reason) => reason.test(text)));

Deno.test("permissions: a role asks for what it is given, and is given nothing that it does not need", async () => {
  await using federation = await Federation.prepare({
    program: fromSource,
    env: { PATH: "" },
    audited: true,
  });
  await Deno.mkdir(federation.path("data"));
  const superlink = await federation.begin();
  const supernode = await federation.addSuperNode({
    host: "localhost",
    flags: ["--allow-app-read", federation.path("data")],
  });
  const superexec = await federation.spawn(
    ["superexec", "--insecure", "--appio-api-address", "127.0.0.1:1", "--plugin-type", "serverapp"],
    { home: "superexec" },
  );
  await superexec.says(/Connection attempt failed/);
  for (const role of [superexec, supernode, superlink]) {
    assertEquals((await role.stop()).code, 0);
    const [wanted, allowed] = [await asked(federation.auditPath(role)), given(flagsOf(role))];
    const outside = wanted.filter((one) => !allowed.some((other) => holds(other, one)));
    assertEquals(unexplained(outside, IN_VAIN), [], role.name);
    const idle = allowed.filter((one) => !wanted.some((other) => holds(one, other)));
    assertEquals(unexplained(idle, IN_RESERVE), [], role.name);
  }
});

Deno.test("permissions: SuperExecs run apps with what is printed for them, by name and by address", async () => {
  await using federation = await Federation.prepare({ program: fromSource });
  await Deno.mkdir(federation.path("data"));
  await Deno.writeTextFile(federation.path("data/images.txt"), "what the operator grants");
  await Deno.writeTextFile(federation.path("secret"), "x".repeat(64));
  const process = ["--isolation", "process", "--superexec-auth-secret-file", federation.path("secret")];
  const superlink = await federation.begin({ superlink: process });
  const supernode = await federation.addSuperNode({ flags: process });
  const plugins = [
    { plugin: "serverapp", of: superlink, host: "localhost", grants: [] },
    { plugin: "clientapp", of: supernode, host: "127.0.0.1", grants: [federation.path("data")] },
  ];
  for (const { plugin, of, host, grants } of plugins) {
    const [, port] = await of.says(/Starting (?:Server|Client)AppIo API on \S+:(\d+)\r?\n/);
    await federation.spawn([
      "superexec",
      ...["--plugin-type", plugin, "--appio-api-address", `${host}:${port}`],
      ...["--root-certificates", federation.path("certificates/ca.crt")],
      ...["--superexec-auth-secret-file", federation.path("secret")],
      ...grants.flatMap((path) => ["--allow-app-read", path]),
    ], { home: `superexec ${plugin}` });
  }
  const settings = { story: "may", "granted-path": federation.path("data/images.txt") };
  const config = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(" ");
  const { code, stdout } = await federation.flwr([
    "run",
    HOSTILE,
    "test",
    "--stream",
    "--run-config",
    config,
  ]);
  assertEquals(code, 0, `${stdout}${federation.said}`);
  assertMatch(stdout, /may \| granted: what the operator grants\n/);
});

/** The permissions on a role's command line. */
function flagsOf({ args }: Running): string[] {
  return args.filter((arg) => arg.startsWith("--allow-") && arg.includes("="));
}

/** What a user types, in a shell. `corolla` is the program from source. */
const SCRIPTS = {
  "without spaces": `exec "$DENO" run --quiet $(corolla permissions "$@") "$MAIN" "$@"`,
  "with spaces": `eval "exec \\"\\$DENO\\" run --quiet $(corolla permissions "$@") \\"\\$MAIN\\" \\"\\$@\\""`,
};

for (const [name, script] of Object.entries(SCRIPTS)) {
  Deno.test({
    name: `permissions: what is printed can be put on a command line, ${name}`,
    ignore: Deno.build.os === "windows",
  }, async () => {
    await using federation = await Federation.prepare({ program: fromSource });
    const spaces = name === "with spaces";
    const folder = spaces ? federation.folder : await Deno.makeTempDir({ prefix: "corolla-" });
    const data = join(folder, "data");
    await Deno.mkdir(data);
    const env = {
      DENO: Deno.execPath(),
      MAIN: join(ROOT, "cli", "main.ts"),
      FLWR_HOME: join(folder, "home"),
    };
    const corolla = `corolla() { "$DENO" run --quiet --cached-only -A "$MAIN" "$@"; }`;
    const ports = ["fleet", "control", "serverappio"];
    const words = [
      ...["superlink", "--insecure", "--database", join(folder, "state.db"), "--allow-app-read", data],
      ...ports.flatMap((api) => [`--${api}-api-address`, "127.0.0.1:0"]),
    ];
    const superlink = federation.start("shell", {
      executable: "/bin/sh",
      args: ["-c", `${corolla}\n${script}`, "sh", ...words],
      cwd: dirname(folder),
      env: { ...env, PATH: Deno.env.get("PATH")! },
    });
    await superlink.says(/Starting Fleet API/);
    const { code, stderr } = await superlink.stop();
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /SuperLink terminated gracefully\.\n$/);
    if (!spaces) await Deno.remove(folder, { recursive: true });
  });
}
