import { assertEquals, assertStringIncludes } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { run } from "../run.ts";

async function inHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    await work(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("flwr --show-completion prints the script of the user's shell, or of the one that is named", async () => {
  for (const [words, shell] of [[[], "/usr/bin/zsh"], [["zsh"], "/bin/bash"]] as const) {
    const env = fakeEnv({ programName: "flwr", variables: { SHELL: shell } });
    assertEquals(await run(["--show-completion", ...words], env), 0);
    assertStringIncludes(env.out(), "#compdef flwr\n");
  }
  const env = fakeEnv({ variables: { SHELL: "/bin/fish" } });
  assertEquals(await run(["flwr", "--show-completion"], env), 0);
  assertStringIncludes(env.out(), "complete -c corolla ");
});

Deno.test("flwr --install-completion puts the script where the shell looks, once", async () => {
  const places = {
    bash: [".bash_completions/flwr.sh", ".bashrc"],
    zsh: [".zfunc/_flwr", ".zshrc"],
    fish: [".config/fish/completions/flwr.fish"],
  };
  for (const [shell, [script, start]] of Object.entries(places)) {
    await inHome(async (home) => {
      if (start) await Deno.writeTextFile(`${home}/${start}`, "alias a=b");
      for (const _time of ["first", "second"]) {
        const env = fakeEnv({ programName: "flwr", variables: { SHELL: `/bin/${shell}`, HOME: home } });
        assertEquals(await run(["--install-completion"], env), 0);
        assertStringIncludes(env.out(), `${shell} completion installed in ${home}/${script}\n`);
      }
      assertStringIncludes(await Deno.readTextFile(`${home}/${script}`), "__complete");
      if (start) {
        const lines = (await Deno.readTextFile(`${home}/${start}`)).split("\n");
        assertEquals([lines[0], lines.length], ["alias a=b", 3]);
      }
    });
  }
});

Deno.test("a shell that cannot be told is refused with the ones that can", async () => {
  const table: [string[], Record<string, string>, string][] = [
    [
      ["--show-completion"],
      { SHELL: "/bin/dash" },
      `Cannot complete in "dash": the shell must be bash or zsh or fish`,
    ],
    [["--show-completion"], {}, "Cannot tell which shell this is as SHELL is not set"],
    [["--install-completion", "csh"], {}, `Cannot complete in "csh"`],
  ];
  for (const [words, variables, sentence] of table) {
    const env = fakeEnv({ programName: "flwr", variables });
    assertEquals(await run(words, env), 2);
    assertStringIncludes(env.err(), sentence);
  }
});
