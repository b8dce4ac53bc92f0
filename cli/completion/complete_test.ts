import { assertEquals } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { run } from "../run.ts";
import { wordsIn } from "./answer.ts";
import { complete } from "./complete.ts";

/** What completes the words: their names, or `:files`. */
async function offered(line: string, programName = "corolla"): Promise<string[]> {
  const words = line.split(" ");
  const { words: found, paths } = await complete(
    { programName, words },
    () => Promise.resolve(["local", "lab"]),
  );
  return [...found.map(([word]) => word), ...paths ? [`:${paths}s`] : []];
}

Deno.test("completion: commands, flags, values, files and connections, each where it may stand", async () => {
  const table: Record<string, string[]> = {
    "superl": ["superlink"],
    "flwr s": ["stop", "supernode"],
    "flwr supernode ": ["register", "unregister", "list", "--help"],
    "superlink --iso": ["--isolation"],
    "superlink --isolation ": ["subprocess", "process"],
    "superlink --isolation p": ["process"],
    "superlink --isolation=p": ["--isolation=process"],
    "superlink --isolation process --iso": [],
    "superlink --database ": [":files"],
    "superlink --database=x": [":files"],
    "superlink --insecure=": [],
    "supernode --allow-app-read a --allow-app-r": ["--allow-app-read"],
    "flwr run ": [":folders"],
    "flwr run . l": ["local", "lab"],
    "flwr run --stream . lo": ["local"],
    "flwr run -c a=1 . la": ["lab"],
    "flwr ls lo": ["local"],
    "flwr supernode register ": [":files"],
    "flwr list --format j": ["json"],
    "completion z": ["zsh"],
    "permissions super": ["superlink", "supernode", "superexec"],
    "permissions supernode --node": ["--node-config"],
    "permissions nonsense --node": [],
    "nonsense ": [],
  };
  for (const [line, expected] of Object.entries(table)) assertEquals(await offered(line), expected, line);
});

Deno.test("completion: other names of the program are the commands that they stand for", async () => {
  assertEquals(await offered("--isolation ", "flower-superlink"), ["subprocess", "process"]);
  assertEquals(await offered("supernode u", "flwr"), ["unregister"]);
});

Deno.test("completion: what is hidden or refused is not offered", async () => {
  const flags = await offered("superlink --");
  for (const flag of ["--insecure", "--help", "--health-server-address"]) {
    assertEquals(flags.includes(flag), true, flag);
  }
  for (const flag of ["--exec-api-address", "--executor"]) {
    assertEquals(flags.includes(flag), false, flag);
  }
});

Deno.test("completion: a line is taken apart as a shell does", () => {
  const table: [string, string[]][] = [
    ["", [""]],
    ["corolla ", ["corolla", ""]],
    ["corolla  su", ["corolla", "su"]],
    [`a "b c" 'd"e' f\\ g`, ["a", "b c", 'd"e', "f g"]],
    [`a "open wo`, ["a", "open wo"]],
    [`a "x\\"y"`, ["a", 'x"y']],
  ];
  for (const [line, words] of table) assertEquals(wordsIn(line), words, line);
});

Deno.test("completion: the program answers its scripts, with the names in config.toml", async () => {
  const home = await Deno.makeTempDir();
  const asked = async (...words: string[]) => {
    const env = fakeEnv({ variables: { FLWR_HOME: home } });
    assertEquals(await run(["__complete", ...words], env), 0);
    return env.out();
  };
  try {
    assertEquals(await asked("line", "/usr/bin/corolla flwr ls l"), "", "no config.toml, and none is made");
    assertEquals([...Deno.readDirSync(home)], []);
    await Deno.writeTextFile(`${home}/config.toml`, '[superlink]\n[superlink.lab]\naddress = "a:1"\n');
    assertEquals(await asked("line", "/usr/bin/corolla flwr ls l"), "lab\tA connection of config.toml\n");
    await Deno.writeTextFile(`${home}/config.toml`, "no [ toml");
    assertEquals(await asked("line", "corolla flwr ls l"), "");
    assertEquals(await asked("words", "flwr", "run", ""), ":folders\n");
    assertEquals(await asked("words", "corolla", "nonsense", ""), "");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
