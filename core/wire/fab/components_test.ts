import { assertEquals, assertThrows } from "@std/assert";
import { componentsOf, ownComponentErrors } from "./components.ts";
import { FabError } from "./error.ts";
import { buildFab, readFab } from "./fab.ts";
import { MANIFEST_PATH, writeManifest } from "./manifest.ts";
import { parseToml } from "./toml.ts";
import { writeZip } from "./zip_write.ts";

const PYTHON = { serverapp: "server_app:app", clientapp: "client_app:app" };
const PROJECT = `[project]\nname = "a"\nversion = "1.0"\n[tool.flwr.app]\npublisher = "p"\n` +
  `[tool.flwr.app.components]\nserverapp = "${PYTHON.serverapp}"\nclientapp = "${PYTHON.clientapp}"\n`;
const MODULES = ["server_app.py", "client_app.py", "client.ts"];

function app(own: string, modules: readonly string[] = MODULES): Map<string, Uint8Array> {
  const files = [["pyproject.toml", PROJECT + own], ...modules.map((name) => [name, `# ${name}\n`])];
  return new Map(files.map(([path, text]) => [path, new TextEncoder().encode(text)]));
}

const BOTH = `[tool.corolla.components]\nclientapp = "./client.ts:app"\n`;

Deno.test("components: an app of two languages is TypeScript where corolla reads it", () => {
  const { components, files } = readFab(buildFab(app(BOTH)).content);
  assertEquals(components, { ...PYTHON, clientapp: "./client.ts:app" });
  assertEquals([...files.keys()].filter((path) => path !== MANIFEST_PATH).sort(), [
    "client.ts",
    "client_app.py",
    "pyproject.toml",
    "server_app.py",
  ]);
});

Deno.test("components: a FAB without the TypeScript module, as the official flwr builds it, is Python", () => {
  const entries = [...app(BOTH)].filter(([path]) => path !== "client.ts");
  const manifest = new TextEncoder().encode(writeManifest(entries));
  assertEquals(readFab(writeZip([...entries, [MANIFEST_PATH, manifest]])).components, PYTHON);
});

Deno.test("components: a build without the named module is refused, and the table is named", () => {
  const build = () => buildFab(app(BOTH, ["server_app.py", "client_app.py"]));
  assertThrows(build, FabError, "Correct [tool.corolla.components] or add the file");
});

Deno.test("components: what the table may hold", () => {
  const errors = (own: string) => ownComponentErrors(parseToml(PROJECT + own));
  assertEquals(errors(""), []);
  assertEquals(errors(BOTH), []);
  assertEquals(errors(`[tool.corolla.components]\nclientapp = "other:app"\nagentapp = "./agent.ts:app"\n`), [
    "Cannot use the clientapp in [tool.corolla.components] as it must name a TypeScript module, such as " +
    `"./client.ts:app": current value is "other:app"`,
    `Cannot use "agentapp" in [tool.corolla.components]: only serverapp and clientapp may stand there`,
  ]);
  assertEquals(errors(`[tool.corolla.components]\nserverapp = 3\n`), [
    "Cannot use the serverapp in [tool.corolla.components] as it must name a TypeScript module, such as " +
    `"./server.ts:app": current value is 3`,
  ]);
  assertThrows(() => buildFab(app(`[tool.corolla.components]\nserverapp = "./s.ts"\n`)), FabError, "./s.ts");
});

Deno.test("components: unless the archive is known, what the table names counts", () => {
  assertEquals(componentsOf(parseToml(PROJECT + BOTH)).clientapp, "./client.ts:app");
  assertEquals(componentsOf(parseToml(PROJECT + BOTH), app(BOTH, [])).clientapp, PYTHON.clientapp);
});
