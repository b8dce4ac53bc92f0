import { assertEquals, assertMatch } from "@std/assert";
import { Federation } from "../confinement/federation.ts";
import { compiledAt } from "../confinement/program.ts";
import { binary, renamed, renamings } from "./binary.ts";

/** Every name under which the executable is something else, and the words that mean the same. */
const NAMES = {
  "flower-superlink": "superlink",
  "flower-supernode": "supernode",
  "flower-superexec": "superexec",
  "flwr-serverapp": "flwr-serverapp",
  "flwr-clientapp": "flwr-clientapp",
  "flwr-simulation": "flwr-simulation",
  "flwr": "flwr",
};

Deno.test("compiled: --version says what it is", async () => {
  await using federation = await Federation.prepare({ program: binary });
  const { code, stdout, stderr } = await federation.run(["--version"], { home: "user" });
  assertMatch(
    stdout,
    /^corolla \d+\.\d+\.\d+\S* \(Flower \d+\.\d+\.\d+ wire protocol, Deno \d+\.\d+\.\d+\)\n$/,
  );
  assertEquals([code, stderr], [0, ""]);
});

for (const by of renamings) {
  Deno.test(`compiled: a ${by} of the executable does what its name says`, async () => {
    await using federation = await Federation.prepare({ program: binary });
    for (const [name, words] of Object.entries(NAMES)) {
      const path = await renamed(name, { folder: federation.folder, by });
      await using other = await Federation.prepare({ program: compiledAt(path) });
      const [version, help, expected] = await Promise.all([
        other.run(["--version"], { home: "user" }),
        other.run(["--help"], { home: "user" }),
        federation.run([words, "--help"], { home: "user" }),
      ]);
      assertMatch(version.stdout, /^Flower version: \d+\.\d+\.\d+\n$/);
      assertEquals([help.code, help.stderr], [0, ""]);
      assertEquals(help.stdout, expected.stdout.replaceAll(`corolla ${words}`, name), name);
      await Deno.remove(path);
    }
  });
}

Deno.test("compiled: an unknown word is refused with status 2, under every name", async () => {
  await using federation = await Federation.prepare({ program: binary });
  for (const words of [["superlnik"], ["flwr", "rnu"], ["superlink", "--insekure"]]) {
    const { code, stderr } = await federation.run(words, { home: "user" });
    assertEquals(code, 2, stderr);
    assertMatch(stderr, /^Error: /);
  }
});
