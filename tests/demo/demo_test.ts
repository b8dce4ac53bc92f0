/** README's first command, as a new user runs it: in a clone, through the task, from start to end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const LEAST_ACCURACY = 93;
const LONGEST_S = 60;

function startDemo(): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "demo"],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Ids of the processes that have the demo's folder on their command line. */
async function leftBehind(): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,args="] }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => line.includes(`${root}.corolla/demo/`));
}

for (const time of ["first", "second"]) {
  Deno.test(`demo: trains a real model, the ${time} time`, async () => {
    const { code, stdout, stderr } = await startDemo().output();
    const said = new TextDecoder().decode(stdout);
    assertEquals(code, 0, said + new TextDecoder().decode(stderr));
    const [, accuracy, seconds] = said.match(/Accuracy ([\d.]+) % after ([\d.]+) s/)!;
    assert(Number(accuracy) >= LEAST_ACCURACY, said);
    assert(Number(seconds) < LONGEST_S, said);
    const [, model] = said.match(/Final model\s+(\S+)/)!;
    assert((await Deno.stat(model)).size > 200_000);
    assertEquals(await leftBehind(), []);
  });
}

const MOMENTS = [
  /Making a CA/,
  /Dealing the digits/,
  /Starting the SuperLink/,
  /starting two SuperNodes/,
  /\[ROUND 2/,
];

for (const moment of MOMENTS) {
  Deno.test({
    name: `demo: Ctrl-C after ${moment} leaves no process behind`,
    // Windows has no way to send Ctrl-C to one program.
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const demo = startDemo();
      let said = "";
      let pressed = false;
      // To the end of its output: whoever started it may be gone earlier than the demo itself.
      for await (const text of demo.stdout.pipeThrough(new TextDecoderStream())) {
        said += text;
        if (pressed || !moment.test(said)) continue;
        demo.kill("SIGINT");
        pressed = true;
      }
      assertMatch(said, moment);
      await demo.stderr.cancel();
      assertEquals((await demo.status).success, false);
      assertEquals(await leftBehind(), []);
    },
  });
}
