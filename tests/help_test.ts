import { assertEquals } from "@std/assert";
import { commands } from "../cli/commands.ts";
import { run } from "../cli/run.ts";
import { fakeEnv } from "./fakes/env.ts";

/* What `--help` owes to whoever reads it, command by command. */

/** Longer lists of flags need headings. */
const MANY_FLAGS = 9;

for (const [key, command] of Object.entries(commands).filter(([, { hidden }]) => !hidden)) {
  Deno.test(`${key} --help: every flag and word explained, an example, nothing too wide`, async () => {
    const { about } = await command.load();
    const env = fakeEnv({ columns: 80 });
    assertEquals(await run([...key.split(" "), "--help"], env), 0);
    const wide = env.out().split("\n").filter((line) => line.length > 80 && !line.startsWith("    "));
    assertEquals(wide, []);
    if (!about) return;
    const shown = Object.entries(about.flags).filter(([, { hidden, refused }]) => !hidden && !refused);
    assertEquals(
      shown.filter(([, { help }]) => help === "").map(([name]) => name),
      [],
      "flags without a word",
    );
    const unexplained = (about.words ?? []).filter((word) => !word.includes("|") && !about.wordHelp?.[word]);
    assertEquals(unexplained, [], "words without a word");
    assertEquals((about.examples ?? []).length > 0, true, "no example");
    if (shown.length > MANY_FLAGS) {
      assertEquals(
        shown.filter(([name, { group }]) => name !== "format" && !group).map(([name]) => name),
        [],
        "flags under no heading",
      );
    }
  });
}

Deno.test("the words of every group lead to its commands", async () => {
  const groups = new Set(
    Object.keys(commands).flatMap((key) => {
      const words = key.split(" ");
      return words.slice(1).map((_word, index) => words.slice(0, index + 1).join(" "));
    }),
  );
  for (const group of groups) {
    const env = fakeEnv();
    assertEquals(await run([...group.split(" "), "--help"], env), 0);
    assertEquals(env.out().split("\n")[2].length > 10, true, `${group} is not explained`);
  }
});
