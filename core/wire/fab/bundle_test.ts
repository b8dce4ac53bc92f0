import { assert, assertEquals, assertThrows } from "@std/assert";
import { FabError, FabTooLargeError } from "./error.ts";
import { buildFab, MAX_FAB_BYTES, planFab, readFab } from "./fab.ts";
import { pyproject } from "../../../tests/fakes/pyproject.ts";

const PROJECT = pyproject({
  serverapp: "server_app:app",
  clientapp: "./in/client.ts:app.inner",
  app: 'fab-include = ["*.ts"]',
  tables: '[tool.corolla.components]\nserverapp = "in/client.ts:server"\n',
});
const bytes = (text: string) => new TextEncoder().encode(text);
const files = new Map(
  Object.entries({ "pyproject.toml": PROJECT, "in/client.ts": "1", "other.ts": "2", "x.js": "3" })
    .map(([path, text]) => [path, bytes(text)]),
);
const bundles = [{ module: "in/client.ts", content: bytes("4") }];

Deno.test("fab: a bundle stands beside its module, whatever is included, and every component runs from it", () => {
  const { files: found, components } = readFab(buildFab(files, { bundles }).content);
  assertEquals([...found.keys()], [
    "pyproject.toml",
    "in/client.bundle.js",
    "in/client.ts",
    "other.ts",
    ".info/CONTENT",
  ]);
  assertEquals(found.get("in/client.bundle.js"), bytes("4"));
  assertEquals(components, {
    serverapp: "./in/client.bundle.js:server",
    clientapp: "./in/client.bundle.js:app.inner",
  });
});

Deno.test("fab: what is left out is not in it, and no bundle changes nothing", () => {
  const { content } = buildFab(files, { bundles, without: new Set(["in/client.ts", "nowhere.ts"]) });
  assertEquals([...readFab(content).files.keys()].slice(1, -1), ["in/client.bundle.js", "other.ts"]);
  assertEquals(buildFab(files, { bundles: [] }), buildFab(files));
  const plan = planFab(files);
  assertEquals([plan.paths, plan.modules], [["in/client.ts", "other.ts"], ["in/client.ts"]]);
});

Deno.test("fab: a bundle takes nobody's place", () => {
  const taken = new Map([...files, ["in/client.bundle.js", bytes("")], [
    "pyproject.toml",
    bytes(PROJECT.replace('["*.ts"]', '["*.ts", "*.js"]')),
  ]]);
  assertThrows(() => buildFab(taken, { bundles }), FabError, '"in/client.bundle.js", a name that is taken');
  const twice = [...bundles, { module: "in/client.mts", content: bytes("5") }];
  assertThrows(() => buildFab(files, { bundles: twice }), FabError, "a name that is taken");
});

Deno.test("fab: one that is too large tells its size", () => {
  const large = [{ module: "in/client.ts", content: new Uint8Array(MAX_FAB_BYTES) }];
  const error = assertThrows(
    () => buildFab(files, { bundles: large }),
    FabTooLargeError,
    "maximum allowed size",
  );
  assert(error.sizeBytes > MAX_FAB_BYTES && error.sizeBytes < MAX_FAB_BYTES + 2_000);
});
