import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { vectors } from "../../../proto/vectors.ts";
import type { ConfigScalar } from "../../model/user_config.ts";
import { configToProto } from "../config.ts";
import { FabError } from "./error.ts";
import { buildFab, fabFilename, installFolder, readFab } from "./fab.ts";
import { MANIFEST_PATH } from "./manifest.ts";
import { validateProject } from "./project.ts";
import { flattenConfig, fuseRunConfig, parseRunConfig } from "./run_config.ts";
import { bundled, publishable } from "./select.ts";
import { parseToml } from "./toml.ts";
import { writeToml } from "./toml_write.ts";
import { encode } from "../../../proto/mod.ts";

interface Typed {
  t: "int" | "float" | "bool" | "str";
  v?: string | boolean;
  bits_le_hex?: string;
}
type Pairs = [string, Typed][];
interface Case {
  name: string;
  sha256?: string;
  names?: string[];
  error?: [string, string];
  pyproject: string | null;
  extra: Record<string, string>;
}
interface FabVectors {
  files: Record<string, string>;
  fab_b64: string;
  fab_sha256: string;
  content_manifest: string;
  pyproject_in_fab: string;
  filename: string;
  fab_id_version: [string, string];
  install_dir_rel: string;
  installed_files: string[];
  cases: Case[];
  config_validation: { toml: string; result: [boolean, string[], string[]] | [string, string] }[];
  run_config: {
    default_flat: Pairs;
    parse: { args: string[] | null; result: { ok?: Pairs; error?: [string, string] } }[];
    fuse: {
      main: Record<string, number>;
      over: Record<string, number | string>;
      result: { ok?: Pairs; error?: string[] };
    }[];
    scalar_protos: { value: Typed; b64: string }[];
  };
  tomli_w: { toml: string; out: string }[];
  filter: { paths: string[]; after_publish: string[]; after_fab: string[] };
}

const given = await vectors<FabVectors>("fab.json");
const bytesOf = (base64: string) => Uint8Array.fromBase64(base64);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const appFiles = new Map(Object.entries(given.files).map(([path, content]) => [path, bytesOf(content)]));

function scalar({ t, v, bits_le_hex }: Typed): ConfigScalar {
  if (t === "int") return BigInt(v as string);
  if (t === "float") return new DataView(Uint8Array.fromHex(bits_le_hex!).buffer).getFloat64(0, true);
  return v as string | boolean;
}
const typed = (pairs: Pairs) => pairs.map(([key, value]): [string, ConfigScalar] => [key, scalar(value)]);
const config = (values: Record<string, number | string>) =>
  new Map(
    Object.entries(values).map((
      [key, v],
    ): [string, ConfigScalar] => [key, typeof v === "number" ? BigInt(v) : v]),
  );

function filesOf({ name, pyproject, extra }: Case): Map<string, Uint8Array> {
  const files = new Map(appFiles);
  if (pyproject !== null) files.set("pyproject.toml", new TextEncoder().encode(pyproject));
  if (name === "no_pyproject") files.delete("pyproject.toml");
  for (const [path, content] of Object.entries(extra)) {
    const length = /^len (\d+)$/.exec(content)?.[1];
    files.set(path, length ? new Uint8Array(Number(length)).fill(0x23) : bytesOf(content));
  }
  return files;
}

Deno.test("fab: the sample app is built byte for byte", () => {
  const fab = buildFab(appFiles);
  assertEquals(fab.hash, given.fab_sha256);
  assertEquals(fab.content, bytesOf(given.fab_b64));
  assertEquals(fab.filename, given.filename);
  assertEquals([fab.fabId, fab.fabVersion], given.fab_id_version);
  assertEquals(`apps/${installFolder(fab)}`, given.install_dir_rel);
});

Deno.test("fab: the sample archive is read back", () => {
  const info = readFab(bytesOf(given.fab_b64));
  assertEquals(info.hash, given.fab_sha256);
  assertEquals(textOf(info.files.get(MANIFEST_PATH)!), given.content_manifest);
  assertEquals(textOf(info.files.get("pyproject.toml")!), given.pyproject_in_fab);
  assertEquals([...info.files.keys()].filter((path) => path !== MANIFEST_PATH).sort(), given.installed_files);
  assertEquals([...info.config], typed(given.run_config.default_flat));
  assertEquals(fabFilename(info), given.filename);
});

for (const vector of given.cases) {
  Deno.test(`fab: case ${vector.name}`, () => {
    if (vector.error) {
      const error = assertThrows(() => buildFab(filesOf(vector)), FabError);
      assertEquals(error.message.split("\n").sort(), vector.error[1].split("\n").sort());
      return;
    }
    const fab = buildFab(filesOf(vector));
    assertEquals([...readFab(fab.content).files.keys()], vector.names!);
    assertEquals(fab.hash, vector.sha256);
  });
}

Deno.test("fab: file selection", () => {
  const { paths, after_publish, after_fab } = given.filter;
  const published = publishable(paths);
  assertEquals(published, after_publish);
  assertEquals(bundled(published, {}), after_fab);
});

given.config_validation.forEach(({ toml, result }, i) => {
  Deno.test(`fab: project validation ${i}`, () => {
    if (typeof result[0] === "string") {
      assertThrows(() => validateProject(parseToml(toml)), FabError, result[1]);
      return;
    }
    const report = validateProject(parseToml(toml));
    assertEquals([report.errors.length === 0, report.errors, report.warnings], result);
  });
});

/** Flower forgets `model.head.dim` here; both keys must be kept. */
const BOTH_KEPT = JSON.stringify(["model.head.dim=8", "model.head.k=1"]);

given.run_config.parse.forEach(({ args, result }) => {
  Deno.test(`fab: run config ${JSON.stringify(args)}`, async () => {
    const parsed = () => parseRunConfig(args ?? [], () => Promise.reject(new Error("no file is read here")));
    if (result.error) {
      await assertRejects(parsed, FabError, result.error[1]);
      return;
    }
    const expected = typed(result.ok!);
    if (JSON.stringify(args) === BOTH_KEPT) expected.unshift(["model.head.dim", 8n]);
    assertEquals([...(await parsed()).config], expected);
  });
});

Deno.test("fab: run config says what it could not use, and a later table replaces an earlier value", async () => {
  const read = () => Promise.resolve("[a]\nb = 1\n");
  assertEquals((await parseRunConfig(["junk x=1 more"], read)).ignored, ["junk   more"]);
  assertEquals([...(await parseRunConfig(["a=1", "a.b=2"], read)).config], [["a.b", 2n]]);
  assertEquals([...(await parseRunConfig(["conf.toml"], read)).config], [["a.b", 1n]]);
});

given.run_config.fuse.forEach(({ main, over, result }, i) => {
  Deno.test(`fab: fuse ${i}`, () => {
    if (result.error) {
      assertThrows(() => fuseRunConfig(config(main), config(over)), FabError, result.error[1]);
    } else assertEquals([...fuseRunConfig(config(main), config(over))], typed(result.ok!));
  });
});

Deno.test("fab: scalars of a configuration on the wire", () => {
  for (const { value, b64 } of given.run_config.scalar_protos) {
    const { x } = configToProto(new Map([["x", scalar(value)]]));
    assertEquals(new Uint8Array(encode("Scalar", x)), bytesOf(b64));
  }
});

Deno.test("fab: TOML is written as the official tools write it", () => {
  for (const { toml, out } of given.tomli_w) assertEquals(writeToml(parseToml(toml)), out);
});

const typescriptApp = (server = "./server.ts:app") =>
  new Map([
    [
      "pyproject.toml",
      `[project]\nname = "a"\nversion = "1.0"\n[tool.flwr.app]\npublisher = "p"\n` +
      `[tool.flwr.app.components]\nserverapp = "${server}"\nclientapp = "./client.ts:app"\n` +
      `[tool.flwr.app.config]\nn = 1\n`,
    ],
    ["server.ts", "export const app = 1;"],
    ["client.ts", "export const app = 2;"],
    ["server_test.ts", "throw new Error();"],
    ["types/corolla.d.ts", "export declare class ClientApp {}"],
    ["deno.json", "{}"],
    ["model.wasm", "\0asm"],
    ["notes.txt", "left out"],
  ].map(([path, text]) => [path, new TextEncoder().encode(text)]));

Deno.test("fab: a TypeScript app carries its modules, not what only editors read, and each must be there", () => {
  const { content } = buildFab(typescriptApp());
  const info = readFab(content);
  assertEquals([...info.files.keys()], [
    "pyproject.toml",
    "client.ts",
    "model.wasm",
    "server.ts",
    MANIFEST_PATH,
  ]);
  assertEquals(info.components, { serverapp: "./server.ts:app", clientapp: "./client.ts:app" });
  assertThrows(() => buildFab(typescriptApp("./missing.ts:app")), FabError, 'there is no "./missing.ts"');
});

Deno.test("fab: flattening keeps order and drops empty tables", () => {
  assertEquals([...flattenConfig(parseToml("b = 1\n[a]\n[a.c]\nd = 2.0\n[e]\n"))], [["b", 1n], ["a.c.d", 2]]);
});

Deno.test("fab: an archive that was tampered with is refused", async (t) => {
  const { writeZip } = await import("./zip_write.ts");
  const good = buildFab(typescriptApp()).content;
  const files = [...readFab(good).files];
  const refused = (name: string, archive: Uint8Array, text: string) =>
    t.step(name, () => void assertThrows(() => readFab(archive), FabError, text));
  await refused("not a zip", new TextEncoder().encode("hello"), "File is not a zip file");
  await refused("empty", new Uint8Array(), "File is not a zip file");
  await refused("cut off", good.subarray(0, good.length - 30), "zip");
  await refused("a changed byte", good.map((byte, i) => i === 120 ? byte ^ 1 : byte), "damaged");
  await refused(
    "no manifest",
    writeZip(files.filter(([path]) => path !== MANIFEST_PATH)),
    "incorrect format",
  );
  const changed = files.map(([path, content]): [string, Uint8Array] =>
    path === "client.ts" ? [path, new TextEncoder().encode("evil")] : [path, content]
  );
  await refused("a changed file", writeZip(changed), "couldn't be verified");
  for (const path of ["../evil.ts", "/etc/evil", "a/../../b", "C:/x", "a\\b", "a//b"]) {
    await refused(path, writeZip([[path, new Uint8Array(1)], ...files]), "outside the app's folder");
  }
  await refused("twice", writeZip([files[1], ...files]), "twice");
  await refused("too large", writeZip([["big.py", new Uint8Array(10_485_760)]]), "10,485,760");
  assert(good.length < 2000);
});

Deno.test("fab: deflated archives are read", async () => {
  const { zipSync } = await import("fflate");
  const files = Object.fromEntries(readFab(buildFab(typescriptApp()).content).files);
  assertEquals(readFab(zipSync(files)).fabId, "p/a");
});
