import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { buildFab, readFab } from "../../../core/wire/fab/fab.ts";
import { isAppName } from "../../../core/wire/fab/project.ts";
import { appFiles, packageName, TEMPLATES } from "./app_files.ts";

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
