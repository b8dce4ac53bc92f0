import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { watchFiles } from "./watched_file.ts";

/** A file, its watch, and what the watch told. */
async function watched(
  work: (file: {
    path: string;
    /** Lets the watch look so often. */
    look(times?: number): Promise<void>;
    told: string[];
  }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [path, clock, over, told] = [`${folder}/keys.csv`, new FakeClock(), new AbortController(), []] as [
    string,
    FakeClock,
    AbortController,
    string[],
  ];
  await Deno.writeTextFile(path, "one");
  const watching = watchFiles([path], [new TextEncoder().encode("one")], {
    clock,
    signal: over.signal,
    changed: ([content]) => Promise.resolve(void told.push(new TextDecoder().decode(content))),
    lost: () => void told.push("lost"),
  });
  const idle = async () => {
    while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const look = async (times = 1) => {
    for (let time = 0; time < times; time++) {
      await idle();
      await clock.advance(500);
    }
    await idle();
  };
  try {
    await work({ path, look, told });
  } finally {
    over.abort();
    await watching;
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a watched file: a change counts when it stands still", async () => {
  await watched(async ({ path, look, told }) => {
    await look(3);
    assertEquals(told, []);
    await Deno.writeTextFile(path, "two and more");
    await look();
    assertEquals(told, []);
    await look();
    assertEquals(told, ["two and more"]);
    await look(3);
    assertEquals(told, ["two and more"]);
  });
});

Deno.test("a watched file: one that is replaced, and one that is gone for a while", async () => {
  await watched(async ({ path, look, told }) => {
    await Deno.writeTextFile(`${path}.new`, "2nd");
    await Deno.rename(`${path}.new`, path);
    await look(2);
    assertEquals(told, ["2nd"]);
    await Deno.remove(path);
    await look(3);
    assertEquals(told, ["2nd", "lost"]);
    await Deno.writeTextFile(path, "2nd");
    await look(2);
    assertEquals(told, ["2nd", "lost"]);
    await Deno.writeTextFile(path, "third");
    await look(2);
    assertEquals(told, ["2nd", "lost", "third"]);
  });
});

Deno.test("a watched file: written again with the same text it is no change", async () => {
  await watched(async ({ path, look, told }) => {
    await look();
    await Deno.writeTextFile(path, "one");
    await look(3);
    assertEquals(told, []);
  });
});
