import { assertEquals, assertStringIncludes } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { run } from "../run.ts";
import { pyproject } from "../../tests/fakes/pyproject.ts";

const PROJECT = pyproject();

async function appFolder(files: Record<string, string> = {}): Promise<string> {
  const folder = await Deno.makeTempDir();
  const all = {
    "pyproject.toml": PROJECT,
    "server.ts": "1",
    "client.ts": "2",
    ".git/x.json": "{}",
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  return folder;
}

Deno.test("flwr build and flwr install: there and back", async () => {
  const cwd = await appFolder();
  const env = fakeEnv({ cwd, variables: { FLWR_HOME: `${cwd}/home` } });
  assertEquals(await run(["flwr", "build"], env), 0);
  const [filename] = /acme\.my-app\.1-0-0\.[0-9a-f]{8}\.fab/.exec(env.out())!;
  assertEquals(env.out(), `🎊 Successfully built ${filename}\n`);
  assertEquals(await run(["flwr", "install", filename], env), 0);
  const folder = `${cwd}/home/apps/acme.my-app.1.0.0.${filename.split(".")[3]}`;
  assertStringIncludes(env.out(), `Successfully installed my-app to ${folder}.`);
  const installed = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(installed, ["client.ts", "pyproject.toml", "server.ts"]);
  await Deno.remove(cwd, { recursive: true });
});

Deno.test("flwr build and flwr install: what is wrong is said", async (t) => {
  const cwd = await appFolder({ "broken/pyproject.toml": "x = [", "a.b.1-0-0.12345678.fab": "no zip" });
  const said = async (args: string[]) => {
    const env = fakeEnv({ cwd });
    assertEquals(await run(["flwr", ...args], env), 1);
    assertEquals(env.out(), "");
    return env.err();
  };
  await t.step("no app", async () => {
    assertStringIncludes(await said(["build", "--app", "nowhere"]), "must have a pyproject.toml");
  });
  await t.step("no TOML", async () => {
    assertStringIncludes(await said(["build", "--app", "broken"]), 'Cannot read "pyproject.toml" as TOML');
  });
  await t.step("no file", async () => {
    assertStringIncludes(await said(["install", "x.fab"]), 'Cannot install "x.fab": there is no such file');
  });
  await t.step("no FAB", async () => {
    assertStringIncludes(await said(["install", "a.b.1-0-0.12345678.fab"]), "File is not a zip file");
  });
  await Deno.remove(cwd, { recursive: true });
});
