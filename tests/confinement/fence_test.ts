import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LIBC_PATHS } from "../../core/io/libc.ts";
import { LOADERS } from "../../cli/daemon/system_paths.ts";
import { Federation } from "./federation.ts";
import { fromSource } from "./program.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const ignore = Deno.build.os !== "linux";

/** Runs a program behind a fence, as a launcher does. */
async function fenced(words: readonly string[]): Promise<{ code: number; said: string }> {
  const leave = `--allow-ffi=${LIBC_PATHS.join(",")}`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--cached-only", leave, MAIN, "fence", ...words],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

const each = (flag: string, paths: readonly string[]) => paths.flatMap((path) => [flag, path]);
const SYSTEM = each("--read", ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache"]);

/** A shell that may run a few programs of its own. */
function shell(script: string, flags: readonly string[] = []): string[] {
  const programs = ["/bin/sh", "/bin/cat", "/bin/mkdir", "/bin/ln", "/bin/sleep", ...LOADERS];
  return [
    ...SYSTEM,
    ...each("--execute", programs),
    "--write",
    "/dev/null",
    ...flags,
    "--",
    "/bin/sh",
    "-c",
    script,
  ];
}

Deno.test(
  { name: "fence: a program touches what is named, its children too, and nothing else", ignore },
  async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "corolla fence " }));
    try {
      for (const name of ["read", "write", "other"]) await Deno.mkdir(join(folder, name));
      for (const name of ["read/a", "other/a"]) await Deno.writeTextFile(join(folder, name), `in ${name}`);
      const flags = [
        "--read",
        join(folder, "read"),
        "--write",
        join(folder, "write"),
        "--read",
        join(folder, "nowhere"),
      ];
      const script = [
        `cd '${folder}'`,
        "cat read/a; echo",
        "echo new > write/a && cat write/a",
        "mkdir write/b && ln -s ../../other/a write/b/link && echo linked",
        "(cat other/a) || echo withheld",
        "cat write/b/link || echo withheld",
        "cat read/../other/a || echo withheld",
        "echo x > read/a || echo withheld",
        "echo x > other/b || echo withheld",
        "/usr/bin/id || echo withheld",
        "cat /etc/passwd || echo withheld",
        "cat /proc/1/environ || echo withheld",
      ].join("\n");
      const { code, said } = await fenced(shell(script, flags));
      assertEquals(code, 0, said);
      assertMatch(said, /^in read\/a\nnew\nlinked\n/);
      assertEquals(said.match(/^withheld$/gm)?.length, 8, said);
      assert(!said.includes("in other"), said);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test({ name: "fence: the process keeps its id, and a signal ends it", ignore }, async () => {
  const leave = `--allow-ffi=${LIBC_PATHS.join(",")}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      leave,
      MAIN,
      "fence",
      ...shell("echo $$; exec sleep 60"),
    ],
    ...{ stdin: "null", stdout: "piped", stderr: "null" },
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader.read()).value, `${child.pid}\n`);
  child.kill("SIGTERM");
  assertEquals((await child.status).signal, "SIGTERM");
  await reader.cancel();
});

Deno.test({ name: "fence: what cannot be run is said", ignore }, async () => {
  const missing = await fenced([...SYSTEM, "--", "/no/such/program"]);
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.said, "Cannot start /no/such/program");
  for (const port of ["0", "65536", "http"]) {
    const { code, said } = await fenced(["--connect", port, "--", "/bin/sh"]);
    assertEquals(code, 2);
    assertStringIncludes(said, `Cannot use --connect ${port}`);
  }
  assertEquals((await fenced([])).code, 2);
});

const PORTS = ["fleet", "control", "serverappio"].flatMap((api) => [`--${api}-api-address`, "127.0.0.1:0"]);

Deno.test({ name: "fence: a daemon says at its start what holds apps in", ignore }, async () => {
  await using federation = await Federation.prepare({ program: fromSource });
  const start = async (flags: string[], line: RegExp) => {
    const daemon = await federation.spawn(["superlink", "--insecure", ...PORTS, ...flags], {
      home: "superlink",
    });
    await daemon.says(line);
    await daemon.says(/Fleet API/);
    assertEquals((await daemon.stop()).code, 0);
  };
  await start([], /INFO :.*Apps are fenced in by /);
  await start(["--require-fence"], /INFO :.*Apps are fenced in by /);
  await start(["--app-fence", "none"], /WARNING :.*Apps are not fenced in by the system/);
});

Deno.test({ name: "fence: a daemon that must have one does not start without", ignore }, async () => {
  await using federation = await Federation.prepare({ program: fromSource, env: { PATH: "" } });
  const table: [flags: string[], sentence: RegExp][] = [
    [["--app-fence", "none", "--require-fence"], /Cannot use --require-fence with --app-fence none/],
    [
      ["--app-fence", "bubblewrap", "--require-fence"],
      /Cannot fence apps in: this machine has no bubblewrap/,
    ],
    [["--isolation", "process", "--require-fence"], /Cannot use --require-fence with --isolation process/],
  ];
  for (const [flags, sentence] of table) {
    const words = ["superlink", "--insecure", ...PORTS, ...flags];
    const program = fromSource.commandLine(words, {
      cwd: federation.folder,
      env: { PATH: "", FLWR_HOME: "/nowhere" },
    });
    // The list of permissions needs the same things, so it says the same.
    const error = await program.then(() => undefined, (error) => error);
    assertMatch(String(error?.message), sentence);
  }
});
