/** The examples that need nothing but corolla: made by `flwr new`, then run as their READMEs say. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { freePort } from "./fakes/free_port.ts";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

Deno.test("flwr new makes the examples, and flwr run simulates them at once", async () => {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const flwr = async (cwd: string, ...words: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--cached-only", "-A", MAIN, "flwr", ...words],
      env: { FLWR_HOME: `${folder}/home`, FLWR_LOCAL_CONTROL_API_PORT: String(port), NO_COLOR: "1" },
      cwd,
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, text);
    return text;
  };
  const simulated = async (template: string, config: string) => {
    await flwr(folder, "new", `my-${template}`, "--template", template);
    const seeded = ["--federation-config", "seed=1"];
    return await flwr(`${folder}/my-${template}`, "run", ".", "--stream", ...seeded, "--run-config", config);
  };
  try {
    const tabular = await simulated("tabular", "num-server-rounds=8");
    const [, accuracy, epsilon] = /Round 8: right about ([\d.]+) % of the people; epsilon ([\d.]+)/.exec(
      tabular,
    )!;
    assert(Number(accuracy) > 60, tabular);
    // What the accountant comes to for eight rounds of epsilon 1: far less than 8.
    assertEquals(epsilon, "2.54");
    const digits = await simulated("digits", "num-server-rounds=3 hidden-units=16");
    assertMatch(digits, /Round 3: [5-9]\d\.\d\d % of the held-out digits/);
    assertMatch(digits, /The model is in .*model\.npz/);
  } finally {
    Deno.kill(Number(await Deno.readTextFile(`${folder}/home/local-superlink/corolla.db.lock`)), "SIGTERM");
    const log = `${folder}/home/local-superlink/superlink.log`;
    while (!(await Deno.readTextFile(log)).includes("SuperLink terminated gracefully")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await Deno.remove(folder, { recursive: true });
  }
});
