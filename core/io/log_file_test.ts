import { assertEquals, assertThrows } from "@std/assert";
import { fileLog, type FileLogOptions, logFilePaths } from "./log_file.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) {
    found[name] = await Deno.readTextFile(`${folder}/${name}`);
  }
  return found;
}

const HOUR_MS = 3_600_000;

Deno.test("log file: lines in Flower's order, appended to what is there, down to the level", async () => {
  await inFolder(async (folder) => {
    const options: FileLogOptions = {
      ...{ path: `${folder}/a.log`, intervalHours: 24, backups: 7, source: "SuperLink" },
      ...{ trouble: () => {}, now: () => new Date(2026, 10, 22, 18, 10, 51, 17) },
    };
    const log = fileLog(options);
    log.debug("looked");
    log.info("Starting");
    // The file's age is told by the machine's clock, whatever that says.
    await Deno.utime(options.path, options.now!(), options.now!());
    fileLog(options).warn("careful");
    assertEquals(await contents(folder), {
      "a.log": "INFO flwr 2026-11-22 18:10:51,017 | SuperLink | Starting\n" +
        "WARNING flwr 2026-11-22 18:10:51,017 | SuperLink | careful\n",
    });
  });
});

Deno.test("log file: a new one every so many hours, and only so many old ones", async () => {
  await inFolder(async (folder) => {
    let nowMs = Date.now();
    const place = { path: `${folder}/a.log`, intervalHours: 2, backups: 2 };
    const log = fileLog({ ...place, source: "s", trouble: () => {}, now: () => new Date(nowMs) });
    const text = (line: string) => line.split(" | ").at(-1);
    for (const word of ["first", "second", "third", "fourth"]) {
      log.info(word);
      nowMs += 1.5 * HOUR_MS;
      log.info(`${word} again`);
      nowMs += HOUR_MS;
    }
    const files = Object.entries(await contents(folder)).map(([name, all]) =>
      [name, all.trimEnd().split("\n").map(text)] as const
    );
    assertEquals(Object.fromEntries(files), {
      "a.log": ["fourth", "fourth again"],
      "a.log.1": ["third", "third again"],
      "a.log.2": ["second", "second again"],
    });
    assertEquals(logFilePaths(place), [`${folder}/a.log`, `${folder}/a.log.1`, `${folder}/a.log.2`]);
  });
});

Deno.test("log file: one that is old already is put aside before anything is written", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.log`;
    await Deno.writeTextFile(path, "old\n");
    const now = () => new Date(Date.now() + 25 * HOUR_MS);
    fileLog({ path, intervalHours: 24, backups: 1, source: "s", trouble: () => {}, now }).info("new");
    const found = await contents(folder);
    assertEquals([Object.keys(found).sort(), found["a.log.1"]], [["a.log", "a.log.1"], "old\n"]);
  });
});

Deno.test("log file: a folder that is not there is an error at once, a trouble later is told once", async () => {
  await inFolder(async (folder) => {
    const about = { intervalHours: 1, backups: 1, source: "s" };
    assertThrows(
      () => fileLog({ ...about, path: `${folder}/no/a.log`, trouble: () => {} }),
      Deno.errors.NotFound,
    );
    const told: string[] = [];
    await Deno.mkdir(`${folder}/in`);
    let nowMs = Date.now();
    const log = fileLog({
      ...{ ...about, path: `${folder}/in/a.log`, now: () => new Date(nowMs) },
      trouble: (text) => told.push(text),
    });
    await Deno.remove(`${folder}/in`, { recursive: true });
    nowMs += 2 * HOUR_MS;
    log.info("one");
    log.info("two");
    assertEquals(told.length, 1);
  });
});
