import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { buildFab, readFab } from "../../../core/wire/fab/fab.ts";
import { isAppName } from "../../../core/wire/fab/project.ts";
import { appFiles, packageName, type Template, TEMPLATES } from "./app_files.ts";

const bytesOf = (files: ReadonlyMap<string, string>) =>
  new Map([...files].map(([path, text]) => [path, new TextEncoder().encode(text)]));

Deno.test("a new app of any name is a FAB without a warning, and nothing is left to fill in", async () => {
  const names = fc.stringMatching(/^[A-Za-zäß][A-Za-z0-9é²-]{0,31}$/).filter(isAppName);
  await fc.assert(
    fc.asyncProperty(names, fc.constantFrom(...TEMPLATES), async (name, template) => {
      const files = await appFiles(template, { name, publisher: "acme" });
      for (const [path, text] of files) assert(!`${path}${text}`.includes("{{"), path);
      const fab = buildFab(bytesOf(files));
      assertEquals([fab.warnings, fab.fabId, fab.fabVersion], [[], `acme/${name}`, "1.0.0"]);
    }),
    { numRuns: 30 },
  );
});

Deno.test("a TypeScript app sends its modules, not what its editor reads", async () => {
  const files = await appFiles("typescript", { name: "a", publisher: "p" });
  assert(files.has("deno.json") && files.has("types/corolla.d.ts"));
  assertEquals([...readFab(buildFab(bytesOf(files)).content).files.keys()], [
    "pyproject.toml",
    "README.md",
    "client.ts",
    "server.ts",
    "task.ts",
    ".info/CONTENT",
  ]);
});

const PACKAGES: [string, string][] = [
  ["my-app", "my_app"],
  ["Digits", "digits_app"],
  ["numpy", "numpy_app"],
  ["class", "class_app"],
  ["lib", "lib_app"],
  ["app", "app_app"],
  ["snapp", "snapp_app"],
  ["a--b-", "a_b_app"],
];
for (const [name, expected] of PACKAGES) {
  Deno.test(`the Python package of ${name} is ${expected}`, () => {
    assertEquals(packageName(name), expected);
    assertMatch(packageName(name), /^[a-z_]+_app$/);
  });
}

const EXAMPLES: Partial<Record<Template, string>> = {
  digits: "digits",
  tabular: "tabular",
  "secure-aggregation": "secure_aggregation",
  "python-server": "python_server",
};
const ADDED = ["deno.json", "types/corolla.d.ts", ".gitignore"];

for (const [template, folder] of Object.entries(EXAMPLES) as [Template, string][]) {
  Deno.test(`the template ${template} is examples/${folder} as it stands, under the new app's name`, async () => {
    const files = await appFiles(template, { name: "a", publisher: "p" });
    const example = new URL(`../../../examples/${folder}/`, import.meta.url);
    const names = [...Deno.readDirSync(example)].map(({ name }) => name).filter((name) =>
      !/_test\.ts$/.test(name)
    );
    assertEquals([...files.keys()].sort(), [...names, ...ADDED].sort());
    for (const name of names) {
      const text = await Deno.readTextFile(new URL(name, example));
      const same = name === "pyproject.toml"
        ? text.replace(/^name = ".*"$/m, 'name = "a"').replace('publisher = "corolla"', 'publisher = "p"')
        : text;
      assertEquals(files.get(name), same, name);
    }
  });
}

Deno.test("the script of the digits finds the package that this repository pins", async () => {
  const files = await appFiles("digits", { name: "a", publisher: "p" });
  const root = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)));
  assertEquals(JSON.parse(files.get("deno.json")!).imports.mnist, root.imports.mnist);
});

Deno.test("the examples are checked without a network, with what a new app has", async () => {
  const folder = await Deno.makeTempDir();
  const modules: string[] = [];
  for (const template of Object.keys(EXAMPLES) as Template[]) {
    const files = await appFiles(template, { name: "a", publisher: "p" });
    for (const [path, text] of files) {
      const place = ADDED.includes(path) ? path : `${template}/${path}`;
      await Deno.mkdir(`${folder}/${place.replace(/[^/]+$/, "")}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/${place}`, text);
      if (/^(client|server)\.ts$/.test(path)) modules.push(place);
    }
  }
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-remote", "--no-npm", ...modules],
    cwd: folder,
    env: { DENO_DIR: `${folder}/deno`, NO_COLOR: "1" },
  }).output();
  assertEquals([code, code === 0 ? "" : new TextDecoder().decode(stderr)], [0, ""]);
  await Deno.remove(folder, { recursive: true });
});
