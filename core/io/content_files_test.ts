import { assert, assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { openContentFiles } from "./content_files.ts";
import { memoryContentFiles } from "./memory_content_files.ts";
import { withSmallInMemory } from "./small_contents.ts";
import { type ContentFiles, StorageFullError } from "./ports.ts";

const ONE = content("one");
const TWO = content("two, which is longer");

function content(text: string): { id: string; bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(text);
  return { id: createHash("sha256").update(bytes).digest("hex"), bytes };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The paths of all files below a folder, without it. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...(await filesBelow(path)).map((name) => `${entry.name}/${name}`));
    else found.push(entry.name);
  }
  return found.sort();
}

Deno.test("openContentFiles: tidying leaves no empty folders, and no writer in the lurch", () =>
  inFolder(async (folder) => {
    const files = await openContentFiles(`${folder}/objects`);
    const names = async () =>
      (await Array.fromAsync(Deno.readDir(`${folder}/objects`))).map(({ name }) => name);
    await files.write(ONE.id, ONE.bytes);
    await files.write(TWO.id, TWO.bytes);
    await files.remove(ONE.id);
    await files.tidy();
    assertEquals((await names()).sort(), [TWO.id.slice(0, 2), "unfinished"].sort());
    await files.write(ONE.id, ONE.bytes);
    assertEquals(await files.read(ONE.id), ONE.bytes);
    const many = Array.from({ length: 60 }, (_, index) => content(`content ${index}`));
    let writing = true;
    const tidying = (async () => {
      while (writing) await files.tidy();
    })();
    for (const { id, bytes } of many) await files.write(id, bytes);
    writing = false;
    await tidying;
    for (const { id, bytes } of many) assertEquals(await files.read(id), bytes);
  }));

Deno.test("openContentFiles: what is set aside is no room for contents, and is taken again when there is some", () =>
  inFolder(async (folder) => {
    let room = true;
    const reserve = { hold: () => room, release: () => true };
    const files = await openContentFiles(`${folder}/objects`, { reserve });
    await files.write(ONE.id, ONE.bytes);
    room = false;
    const error = await assertRejects(() => files.write(TWO.id, TWO.bytes), StorageFullError);
    assertStringIncludes(error.message, `its disk must have room for ${TWO.bytes.length} bytes`);
    // What is there already takes no room.
    await files.write(ONE.id, ONE.bytes);
    assertEquals(await Array.fromAsync(files.list()), [ONE.id]);
    room = true;
    await files.write(TWO.id, TWO.bytes);
  }));

const kinds: [string, (folder: string) => Promise<ContentFiles>][] = [
  ["openContentFiles", (folder) => openContentFiles(`${folder}/objects`)],
  ["memoryContentFiles", () => Promise.resolve(memoryContentFiles())],
  [
    "withSmallInMemory, durable",
    async (folder) => withSmallInMemory(await openContentFiles(`${folder}/objects`), { durable: true }),
  ],
  [
    "withSmallInMemory",
    async (folder) => withSmallInMemory(await openContentFiles(`${folder}/objects`), { durable: false }),
  ],
];

for (const [name, open] of kinds) {
  Deno.test(`${name}: contents come back until they are removed`, () =>
    inFolder(async (folder) => {
      const files = await open(folder);
      const empty = content("");
      for (const { id, bytes } of [ONE, TWO, empty]) await files.write(id, bytes);
      await files.write(ONE.id, ONE.bytes);
      for (const { id, bytes } of [ONE, TWO, empty]) assertEquals(await files.read(id), bytes);
      assertEquals((await Array.fromAsync(files.list())).sort(), [ONE.id, TWO.id, empty.id].sort());
      await files.remove(ONE.id);
      await files.remove(ONE.id);
      await assertRejects(() => files.read(ONE.id));
      assertEquals(await files.read(TWO.id), TWO.bytes);
      assertEquals((await Array.fromAsync(files.list())).sort(), [TWO.id, empty.id].sort());
    }));

  Deno.test(`${name}: what is kept is not changed through the bytes that were given`, () =>
    inFolder(async (folder) => {
      const files = await open(folder);
      const bytes = ONE.bytes.slice();
      await files.write(ONE.id, bytes);
      bytes.fill(0);
      assertEquals(await files.read(ONE.id), ONE.bytes);
    }));
}

Deno.test("a content is read into the buffer it is given, when that is large enough", () =>
  inFolder(async (folder) => {
    const files = await openContentFiles(folder);
    await files.write(TWO.id, TWO.bytes);
    const buffer = new Uint8Array(100);
    const read = await files.read(TWO.id, buffer);
    assertEquals(read, TWO.bytes);
    assertStrictEquals(read.buffer, buffer.buffer);
    assert((await files.read(TWO.id, new Uint8Array(3))).buffer.byteLength >= TWO.bytes.length);
  }));

Deno.test("a content is a file under its own name that only its owner can read", () =>
  inFolder(async (folder) => {
    const files = await openContentFiles(`${folder}/deep/objects`);
    await files.write(ONE.id, ONE.bytes);
    const path = `${ONE.id.slice(0, 2)}/${ONE.id}`;
    assertEquals(await filesBelow(`${folder}/deep/objects`), [path]);
    assertEquals((await Deno.stat(`${folder}/deep/objects/${path}`)).mode! & 0o777, 0o600);
    assertEquals((await Deno.stat(`${folder}/deep/objects`)).mode! & 0o777, 0o700);
  }));

Deno.test("a file of the wrong size is written anew", () =>
  inFolder(async (folder) => {
    const files = await openContentFiles(folder);
    await files.write(ONE.id, ONE.bytes);
    await Deno.truncate(`${folder}/${ONE.id.slice(0, 2)}/${ONE.id}`, 1);
    await files.write(ONE.id, ONE.bytes);
    assertEquals(await files.read(ONE.id), ONE.bytes);
  }));

Deno.test("what an earlier process left unfinished goes, what it finished stays", () =>
  inFolder(async (folder) => {
    await (await openContentFiles(folder)).write(ONE.id, ONE.bytes);
    await Deno.writeTextFile(`${folder}/unfinished/1-${TWO.id}`, "two, wh");
    const files = await openContentFiles(folder);
    assertEquals(await Array.fromAsync(files.list()), [ONE.id]);
    assertEquals(await filesBelow(folder), [`${ONE.id.slice(0, 2)}/${ONE.id}`]);
  }));

Deno.test("other files in the folder are neither listed nor touched", () =>
  inFolder(async (folder) => {
    const files = await openContentFiles(folder);
    await Deno.mkdir(`${folder}/ab`);
    for (const name of ["notes", `ab/${"a".repeat(64)}`, "ab/short"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    assertEquals(await Array.fromAsync(files.list()), []);
    await openContentFiles(folder);
    assertEquals((await filesBelow(folder)).length, 3);
  }));

Deno.test("an id that is no hash never becomes a path", () =>
  inFolder(async (folder) => {
    const files = await openContentFiles(`${folder}/objects`);
    await Deno.writeTextFile(`${folder}/secret`, "secret");
    for (const id of ["../secret", `../${"a".repeat(61)}`, "", "A".repeat(64), `${"a".repeat(64)}\0`]) {
      await assertRejects(() => files.read(id), TypeError, "SHA-256");
      await assertRejects(() => files.write(id, ONE.bytes), TypeError, "SHA-256");
      await assertRejects(() => files.remove(id), TypeError, "SHA-256");
    }
    assertEquals(await filesBelow(folder), ["secret"]);
  }));

Deno.test("the same content written many times at once is whole", () =>
  inFolder(async (folder) => {
    const files = await openContentFiles(folder);
    const large = content("x".repeat(300_000));
    await Promise.all(Array.from({ length: 8 }, () => files.write(large.id, large.bytes)));
    assertEquals(await files.read(large.id), large.bytes);
    assertEquals((await filesBelow(folder)).length, 1);
  }));

Deno.test("a full disk is told with the bytes needed and leaves nothing behind", async (t) => {
  await inFolder(async (folder) => {
    const mounting = new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder] });
    if (Deno.uid() !== 0 || !(await mounting.output()).success) {
      await t.step({ name: "needs root and mount", ignore: true, fn: () => {} });
      return;
    }
    try {
      const files = await openContentFiles(folder);
      await files.write(ONE.id, ONE.bytes);
      const large = content("x".repeat(300_000));
      const error = await assertRejects(() => files.write(large.id, large.bytes), StorageFullError);
      assertStringIncludes(error.message, "room for 300000 bytes");
      assertEquals(await filesBelow(folder), [`${ONE.id.slice(0, 2)}/${ONE.id}`]);
      await files.write(TWO.id, TWO.bytes);
      assertEquals(await files.read(TWO.id), TWO.bytes);
    } finally {
      await new Deno.Command("umount", { args: [folder] }).output();
    }
  });
});
