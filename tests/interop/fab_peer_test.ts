/** Our `flwr build` against the official one, on apps of many shapes: the archives must be the same bytes. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { run } from "../../cli/run.ts";
import { fakeEnv } from "../fakes/env.ts";

const peer = Deno.env.get("COROLLA_PEER");
if (!peer) throw new Error("Cannot compare with the official flwr: COROLLA_PEER must name its bin folder");

const COMPONENTS = `[tool.flwr.app.components]
serverapp = "pkg.server:app"
clientapp = "pkg.client:app"
`;

const scalar = fc.oneof(
  fc.boolean().map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) =>
    Number.isInteger(x) && Math.abs(x) < 1e15 ? `${x}.0` : `${x}`
  ),
  fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text).replace(/\u007f/g, "\\u007f")),
);
const key = fc.stringMatching(/^[a-z][a-z-]{0,8}$/);
const table = fc.dictionary(key, scalar, { maxKeys: 5 });
const paths = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom("", "pkg/", "pkg/sub/", "build/", "lib/", "docs/", "tests/", ".venv/"),
    fc.constantFrom("a", "test_b", "c_test", "d.e", "ünï", "LICENSE"),
    fc.constantFrom(".py", ".md", ".yaml", ".json", ".txt", ".toml", ""),
  ).map((parts) => parts.join("")),
  { maxLength: 12 },
);

async function writeApp(
  folder: string,
  config: Record<string, string>,
  extra: Record<string, string>,
  names: string[],
) {
  const lines = (values: Record<string, string>) =>
    Object.entries(values).map(([k, v]) => `${k} = ${v}\n`).join("");
  const files: Record<string, string> = Object.fromEntries(names.map((name) => [name, `# ${name}\n`]));
  files["pyproject.toml"] = `[project]\nname = "my-app"\nversion = "1.0.0"\n# gone\n` +
    `dependencies = ["flwr>=1.32.0", "numpy"]\n[tool.flwr.app]\npublisher = "acme"\n${COMPONENTS}` +
    `[tool.flwr.app.config]\n${lines(config)}[tool.extra]\n${lines(extra)}`;
  files["pkg/server.py"] = "app = 1\n";
  files["pkg/client.py"] = "app = 1\n";
  files[".gitignore"] = "# none\ndocs/\n*.yaml\n!keep.yaml\n";
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
}

async function archive(folder: string): Promise<[string, string]> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".fab")) return [name, (await Deno.readFile(`${folder}/${name}`)).toBase64()];
  }
  throw new Error(`No archive in ${folder}`);
}

Deno.test("flwr build: the same bytes as the official one", async () => {
  const shapes = fc.tuple(table, table, paths);
  for (const [config, extra, names] of fc.sample(shapes, { numRuns: 12, seed: 2026 })) {
    const root = await Deno.makeTempDir();
    const app = `${root}/my-app`;
    await writeApp(app, config, extra, names);
    for (const who of ["ours", "theirs"]) await Deno.mkdir(`${root}/${who}`);
    const theirs = await new Deno.Command(`${peer}/flwr`, {
      args: ["build", "--app", app],
      cwd: `${root}/theirs`,
      env: { FLWR_HOME: `${root}/home`, FLWR_TELEMETRY_ENABLED: "0", FLWR_DISABLE_UPDATE_CHECK: "1" },
    }).output();
    const env = fakeEnv({ cwd: `${root}/ours` });
    const status = await run(["flwr", "build", "--app", app], env);
    const decoded = new TextDecoder().decode(theirs.stderr) + env.err();
    assertEquals([status, theirs.code], [0, 0], decoded);
    assertEquals(
      await archive(`${root}/ours`),
      await archive(`${root}/theirs`),
      JSON.stringify([config, extra, names]),
    );
    await Deno.remove(root, { recursive: true });
  }
});
