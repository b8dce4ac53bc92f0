import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pathToFileURL } from "node:url";
import { readFab } from "../../../core/wire/fab/fab.ts";
import { fakeEnv } from "../../../tests/fakes/env.ts";
import { ANSWERS, ASKED, ASKING, installPackages, writeFiles } from "../../../tests/fakes/npm_packages.ts";
import { pyproject } from "../../../tests/fakes/pyproject.ts";
import { run } from "../../run.ts";

const PROJECT = pyproject({ clientapp: "./inner/client.ts:app" });
const SERVER = 'import { ServerApp } from "corolla";\nexport const app = new ServerApp();\n';
const CLIENT = `import { ClientApp } from "corolla";
import { answers } from "../asking.ts";
export { beside } from "../own/deep/reads.ts";
export const app: ClientApp = new ClientApp();
import note from "../own/note.md" with { type: "text" };
import limits from "../own/limits.json" with { type: "json" };
export const found: Promise<number[]> = answers(2, 3);
export const noted: string = note + limits.limit;
`;
const APP = {
  "pyproject.toml": PROJECT,
  "server.ts": SERVER,
  "inner/client.ts": CLIENT,
  "asking.ts": ASKING,
  ...ASKED,
  "own/deep/reads.ts": `export async function beside(): Promise<string[]> {
  const texts = [new URL("beside.md", import.meta.url), \`${"${import.meta.dirname}"}/beside.md\`].map((path) => Deno.readTextFile(path));
  return [...await Promise.all(texts), await Deno.readTextFile(import.meta.filename!)];
}
`,
  "own/deep/beside.md": "found",
  "own/note.md": "Mind the ",
  "own/limits.json": '{ "limit": 5 }',
  "package-lock.json": "{}",
};

async function appFolder(files: Readonly<Record<string, string | Uint8Array>> = APP): Promise<string> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await writeFiles(folder, files);
  return folder;
}

/** Builds the app in a folder. @returns the archive, its name, and what was said */
async function built(folder: string) {
  const env = fakeEnv({ cwd: folder });
  assertEquals(await run(["flwr", "build"], env), 0, env.err());
  const [filename] = /acme\.my-app\.\S+\.fab/.exec(env.out())!;
  return { content: await Deno.readFile(`${folder}/${filename}`), filename, said: env.err() };
}

async function refusal(folder: string): Promise<string> {
  const env = fakeEnv({ cwd: folder });
  assertEquals(await run(["flwr", "build"], env), 1);
  return env.err();
}

const textOf = (bytes?: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("flwr build bundles a component with packages of every kind, and nothing is left to be found", async () => {
  const folder = await appFolder();
  await installPackages(folder);
  const { content, said } = await built(folder);
  const { components, files } = readFab(content);
  assertEquals(components, { serverapp: "./server.ts:app", clientapp: "./inner/client.bundle.js:app" });
  assertEquals([...files.keys()].filter((path) => !path.startsWith(".info")), [
    "pyproject.toml",
    "asking.ts",
    "inner/client.bundle.js",
    "inner/client.ts",
    "own/deep/beside.md",
    "own/deep/reads.ts",
    "own/limits.json",
    "own/note.md",
    "own/sum.ts",
    "server.ts",
  ]);
  assertMatch(
    said,
    /^Bundled inner\/client\.ts with @acme\/esm 1\.2\.3, cjs 1\.2\.3, wasm-\S+ 1\.2\.3, .* into inner\/client\.bundle\.js \(\d+(\.\d)? KB\)\n$/,
  );
  const bundle = textOf(files.get("inner/client.bundle.js"));
  assertStringIncludes(bundle, "@license MIT, the owner of cjs");
  const imported = [...bundle.matchAll(/^import .*from "(.*)";$/gm)].map(([, name]) => name).sort();
  assertEquals(imported, ["corolla", "node:path"]);

  // Where nothing else is.
  const elsewhere = await appFolder(Object.fromEntries(files));
  const { app, found, noted, beside } = await import(
    pathToFileURL(`${elsewhere}/inner/client.bundle.js`).href
  );
  const { ClientApp } = await import("corolla");
  assert(app instanceof ClientApp);
  assertEquals(await found, Array(ANSWERS).fill(5));
  assertEquals(noted, "Mind the 5");
  assertEquals(await beside(), ["found", "found", APP["own/deep/reads.ts"]]);
  for (const path of [folder, elsewhere]) await Deno.remove(path, { recursive: true });
});

Deno.test("flwr build makes the same archive of the same app wherever it lies and whoever installed its packages, and names no folder of the machine", async () => {
  const archives = [];
  for (const by of ["path", "link"]) {
    const folder = await appFolder();
    await installPackages(folder, by === "link" ? "deno" : "npm");
    const link = `${folder} by another name`;
    if (by === "link") await Deno.symlink(folder, link);
    const { content, filename, said } = await built(by === "link" ? link : folder);
    for (const [path, file] of readFab(content).files) {
      assert(!textOf(file).includes(folder), path);
      assert(!textOf(file).includes(Deno.cwd()), path);
    }
    archives.push({ content, filename, said });
    if (by === "link") await Deno.remove(link);
    await Deno.remove(folder, { recursive: true });
  }
  assertEquals(archives[0], archives[1]);
});

Deno.test("flwr build makes no bundle of an app without packages, whatever its comments and folders look like", async () => {
  const files = {
    "pyproject.toml": PROJECT,
    "server.ts": `// import { x } from "cjs";\nimport type { Y } from "cjs";\n${SERVER}export type Z = Y;\n`,
    "inner/client.ts": `import "node:path";\nimport "./other.ts";\n${SERVER.replaceAll("Server", "Client")}`,
    // What is wrong comes to light where it runs, as ever.
    "inner/wrong.js": "let = 1;",
    "inner/other.ts": 'import "./wrong.js";\nexport const text = `import a from "b"`;\n',
  };
  const folder = await appFolder(files);
  const { filename, said } = await built(folder);
  await installPackages(folder);
  // What npm and Deno leave behind, and nothing in it is ever looked at.
  await writeFiles(folder, { [`node_modules/${"deep/".repeat(12)}x.ts`]: "1", "package.json": "{}" });
  const again = await built(folder);
  assertEquals([again.filename, again.said, said], [filename, "", ""]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("flwr build: what cannot be bundled is said in one sentence, with what to do", async (t) => {
  const folder = await appFolder({ ...APP, "package.json": '{ "dependencies": { "listed": "1" } }' });
  await installPackages(folder);
  const refused = async (name: string, client: string, says: string[]) => {
    await t.step(name, async () => {
      await Deno.writeTextFile(
        `${folder}/inner/client.ts`,
        `${client}\n${SERVER.replaceAll("Server", "Client")}`,
      );
      const said = await refusal(folder);
      for (const part of says) assertStringIncludes(said, part);
      assertEquals(said.split("\n").length, 3, said);
    });
  };
  await refused("a package that is not installed", 'import "listed";', [
    'Cannot build the app as inner/client.ts:1 imports "listed", an npm package that is not in node_modules',
    `Run npm install or deno install in ${folder}`,
  ]);
  await refused("a package that is named nowhere", 'import "npm:@a/b@1/c";', [
    'imports "npm:@a/b@1/c", an npm package that is not in node_modules',
    `Run npm install @a/b or deno install --node-modules-dir=auto npm:@a/b in ${folder}`,
  ]);
  await refused("a part that a package does not export", 'import "@acme/esm/less";', [
    'imports "@acme/esm/less", which the npm package @acme/esm does not have',
  ]);
  await refused("a package of JSR", 'import "cjs";\nimport "jsr:@std/csv@^1/parse";', [
    'inner/client.ts:2 imports "jsr:@std/csv@^1/parse": apps may use packages of npm only',
    "npx jsr add @std/csv",
  ]);
  await refused("a module on the web", 'import "cjs";\nimport "https://example.com/x.ts";', [
    'imports "https://example.com/x.ts": where apps run they have no network',
  ]);
  await refused("a file that is not there", 'import "cjs";\nimport "./nowhere.ts";', [
    'inner/client.ts:2 imports "./nowhere.ts": there is no such file',
  ]);
  await refused("what is wrong in a module", 'import "cjs";\nlet = 1;', [
    "Cannot build the app: ",
    "(inner/client.ts:2)",
  ]);
  await writeFiles(folder, {
    ".gitignore": "secret.ts\n",
    "secret.ts": "1",
    "node_modules/native/index.js": 'require("./x.node")',
    "node_modules/native/x.node": "",
    "inner/client.bundle.js": "1",
  });
  await refused("a package for one kind of machine", 'import "native";', [
    "Cannot build the app as native is made for one kind of machine: it needs a .node file",
  ]);
  await refused("a file that may not leave the folder", 'import "cjs";\nimport "../secret.ts";', [
    'inner/client.ts imports "../secret.ts", which is not part of the app',
  ]);
  await refused("a name that is taken", 'import "cjs";', [
    'become "inner/client.bundle.js", a name that is taken',
  ]);
  await Deno.writeTextFile(`${folder}/deno.json`, "{");
  await refused("a deno.json that is none", 'import "cjs";', [`Cannot read ${folder}/deno.json as JSON`]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("flwr build: an archive that would be too large is made small, and one that cannot be names who is to blame", async () => {
  const megabytes = (name: string, count: number) =>
    `export const ${name} = "${"x".repeat(count * 2 ** 20)}";\n`;
  const folder = await appFolder({
    "pyproject.toml": PROJECT,
    "inner/client.ts": `import { much } from "much";
import { more } from "more";
import { own } from "./own.ts";
export const app = much + more + own;
`,
    "server.ts": 'import { answer } from "cjs";\nexport const app = answer;\n',
    "inner/own.ts": megabytes("own", 3),
    "inner/read.json": "{}",
    "node_modules/more/index.js": megabytes("more", 2),
    // Six of them are nothing but layout.
    "node_modules/much/index.js": `${"  ;\n".repeat(10)}${megabytes("much", 1)}`,
  });
  await installPackages(folder);
  await writeFiles(folder, { "inner/own.ts": megabytes("own", 5) });
  const { files } = readFab((await built(folder)).content);
  assertEquals([...files.keys()].filter((path) => /^[^.]/.test(path)), [
    "pyproject.toml",
    "inner/client.bundle.js",
    "inner/read.json",
    "server.bundle.js",
  ]);
  await writeFiles(folder, { "node_modules/more/index.js": megabytes("more", 7) });
  const said = await refusal(folder);
  assertMatch(
    said,
    /Cannot build the app as its archive must be at most 10 MB: it would be 13 MB, most of it from more \(7\.0 MB\), much \(1\.0 MB\) and cjs \(\d+ B\)/,
  );
  await Deno.remove(folder, { recursive: true });
});
