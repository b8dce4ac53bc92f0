import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fakeEnv, type FakeEnvOptions } from "../../tests/fakes/env.ts";
import { run } from "../run.ts";

async function inFolder(body: (cwd: string) => Promise<void>): Promise<void> {
  const cwd = await Deno.makeTempDir();
  try {
    await body(cwd);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function make(cwd: string, args: string[], options: FakeEnvOptions = {}) {
  const env = fakeEnv({ ...options, cwd });
  const status = await run(["flwr", "new", ...args], env);
  return { status, out: env.out(), err: env.err() };
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const project = (app: string) => Deno.readTextFileSync(`${app}/pyproject.toml`);

Deno.test("flwr new: on a terminal it asks for what was not said, until the answer can be used", () =>
  inFolder(async (cwd) => {
    const stdin = ["1st", " my-app ", "cobol", ""];
    const { status, err } = await make(cwd, [], { terminal: true, stdin });
    assertEquals(status, 0);
    assertEquals(err.split("Name of the app: ").length, 3);
    assertStringIncludes(err, 'Cannot use "1st"');
    const question =
      "Template, typescript, python, digits, tabular, secure-aggregation or python-server [typescript]: ";
    assertEquals(err.split(question).length, 3);
    assertStringIncludes(err, "There is no such template");
    assert(namesIn(`${cwd}/my-app`).includes("server.ts"));
  }));

Deno.test("flwr new: what was said is not asked", () =>
  inFolder(async (cwd) => {
    const { status, err } = await make(cwd, ["a", "--template", "python"], { terminal: true });
    assertEquals([status, err], [0, ""]);
    assert(namesIn(`${cwd}/a`).includes("a_app"));
  }));

Deno.test("flwr new: an end of the answers is an error, and nothing is made", () =>
  inFolder(async (cwd) => {
    const { status, err } = await make(cwd, [], { terminal: true, stdin: [] });
    assertEquals(status, 1);
    assertStringIncludes(err, "Cannot go on without an answer to: Name of the app");
    assertEquals(namesIn(cwd), []);
  }));

const PUBLISHERS: [Record<string, string>, string][] = [
  [{ USER: "jane" }, "jane"],
  [{ USER: "jane.doe" }, "jane-doe"],
  [{ LOGNAME: "CORP\\jane" }, "CORP-jane"],
  [{ USERNAME: "_Ärger_" }, "Ärger"],
  [{ USER: "..." }, "anonymous"],
  [{}, "anonymous"],
];
for (const [variables, publisher] of PUBLISHERS) {
  Deno.test(`flwr new: of ${JSON.stringify(variables)} the publisher ${publisher} is made`, () =>
    inFolder(async (cwd) => {
      await make(cwd, ["a"], { variables });
      assertStringIncludes(project(`${cwd}/a`), `publisher = "${publisher}"`);
    }));
}

Deno.test("flwr new: an empty folder is used, another one is left as it is", () =>
  inFolder(async (cwd) => {
    await Deno.mkdir(`${cwd}/empty`);
    await Deno.mkdir(`${cwd}/full/x`, { recursive: true });
    assertEquals((await make(cwd, ["empty"])).status, 0);
    assert(namesIn(`${cwd}/empty`).includes("pyproject.toml"));
    assertEquals((await make(cwd, ["full"])).status, 1);
    assertEquals(namesIn(`${cwd}/full`), ["x"]);
  }));

Deno.test("flwr new: where nothing can be written nothing is left", () =>
  inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/file`, "");
    const { status, err } = await make(`${cwd}/file`, ["a"]);
    assertEquals(status, 1);
    assertStringIncludes(err, `Cannot write "pyproject.toml" into "${cwd}/file/a"`);
    assertEquals(namesIn(cwd), ["file"]);
  }));
