import { assertEquals } from "@std/assert";
import { installFiles } from "./fab_install.ts";

const files = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([path, text]) => [path, new TextEncoder().encode(text)]));

async function contents(folder: string, prefix = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) Object.assign(found, await contents(path, `${prefix}${entry.name}/`));
    else found[prefix + entry.name] = await Deno.readTextFile(path);
  }
  return found;
}

Deno.test("fab install: fresh, again, changed, and several at once", async () => {
  const root = await Deno.makeTempDir();
  const folder = `${root}/apps/p.a.1.0.12345678`;
  const first = { "pyproject.toml": "x", "sub/a.ts": "1" };
  await installFiles(folder, files(first));
  assertEquals(await contents(folder), first);

  const before = (await Deno.stat(`${folder}/sub/a.ts`)).ino;
  await installFiles(folder, files(first));
  assertEquals((await Deno.stat(`${folder}/sub/a.ts`)).ino, before);

  const second = { "pyproject.toml": "x", "sub/a.ts": "2" };
  await Deno.writeTextFile(`${folder}/stray.ts`, "not of the app");
  await Promise.all([1, 2, 3].map(() => installFiles(folder, files(second))));
  assertEquals(await contents(folder), second);
  assertEquals([...Deno.readDirSync(`${root}/apps`)].map(({ name }) => name), ["p.a.1.0.12345678"]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("fab install: one that finds the app in place while another puts its own there", async () => {
  const app = { "pyproject.toml": "x", "sub/a.ts": "2" };
  for (let round = 0; round < 20; round++) {
    const root = await Deno.makeTempDir();
    const folder = `${root}/apps/p.a.1.0.12345678`;
    await installFiles(folder, files({ ...app, "sub/a.ts": "1" }));
    await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      // Each comes a little later, so that some look while others move.
      for (let step = 0; step < 3 * index; step++) await Deno.stat(root);
      await installFiles(folder, files(app));
    }));
    assertEquals(await contents(folder), app);
    await Deno.remove(root, { recursive: true });
  }
});
