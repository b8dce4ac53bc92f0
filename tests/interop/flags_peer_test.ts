import { assertEquals } from "@std/assert";
import { run } from "../../cli/run.ts";
import { fakeEnv } from "../fakes/env.ts";
import table from "../flower_flags.json" with { type: "json" };
import { peerFolder } from "./harness.ts";

/*
 * The table that `tests/flags_test.ts` holds our flags against is whole: the official programs' own --help names
 * nothing that is not in it.
 */

interface Row {
  readonly default?: string | number;
  readonly hidden?: true;
}

const programs = Object.entries(table as Readonly<Record<string, Readonly<Record<string, Row>>>>);

/** What an official program says with --help, each paragraph on a line of its own. */
async function helpOf(program: string): Promise<string> {
  const [name, ...words] = program.split(" ");
  const home = await Deno.makeTempDir();
  const { stdout } = await new Deno.Command(`${peerFolder()}/${name}`, {
    args: [...words, "--help"],
    env: { FLWR_HOME: home, COLUMNS: "400", NO_COLOR: "1", TERM: "dumb" },
    stderr: "null",
  }).output();
  await Deno.remove(home, { recursive: true });
  return new TextDecoder().decode(stdout);
}

/** Command lines that both refuse, with the same status and the same of Flower's numbers where it has one. */
const REFUSED = `
superlink --insecure --isolation foo
superlink --insecure --log-rotation-interval-hours 0
superlink --insecure --log-rotation-backup-count x
superlink --insecure --fleet-api-type foo
superlink --insecure --fleet-api-num-workers x
superlink --insecure --nonsense
superlink --insecure --control-api-address foo:99999
superlink --insecure --health-server-address nowhere
superlink --insecure --enable-supernode-auth
superlink --insecure --exec-api-address 127.0.0.1:1 --control-api-address 127.0.0.1:2
superlink --insecure --executor x
superlink --insecure --database mysql://x
superlink --insecure --disable-runtime-dependency-installation --allow-runtime-dependency-installation
superlink --ssl-certfile x
superlink word
supernode --insecure --max-retries x
supernode --insecure --max-wait-time x
supernode --insecure --appio-ssl-certfile x
supernode --insecure --trusted-entities nofile
superexec --insecure
superexec --insecure --appio-api-address 127.0.0.1:1 --plugin-type foo
superexec --insecure --appio-api-address 127.0.0.1:1 --plugin-type serverapp --parent-pid x
superexec --insecure --appio-api-address 127.0.0.1:1 --plugin-type serverapp --superexec-auth-secret-file nofile
flwr-serverapp --insecure
flwr-serverapp --insecure --token a --token-file b
flwr-clientapp --insecure --token-file nofile
flwr list --format xml
flwr list --limit 0
flwr log x
flwr supernode
`.trim().split("\n");

/** The status and the number of a refusal. */
interface Refusal {
  readonly status: number;
  readonly exitCode?: string;
}

async function officialRefusal(words: readonly string[], home: string): Promise<Refusal> {
  const [name, ...args] = words;
  const program = name.startsWith("flwr") ? name : `flower-${name}`;
  const { code, stdout, stderr } = await new Deno.Command(`${peerFolder()}/${program}`, {
    args,
    env: { FLWR_HOME: home, NO_COLOR: "1", FLWR_DISABLE_UPDATE_CHECK: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { status: code, exitCode: said.match(/Exit Code: (\d+)/)?.[1] };
}

async function ourRefusal(words: string[], home: string): Promise<Refusal> {
  const env = fakeEnv({ variables: { FLWR_HOME: home } });
  const status = await run(words, env);
  return { status, exitCode: env.err().match(/Exit Code: (\d+)/)?.[1] };
}

Deno.test("what is wrong on a command line has the same status and number", async () => {
  const homes = await Deno.makeTempDir();
  const queue = [...REFUSED.entries()];
  const different: unknown[] = [];
  const compare = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, line] = next;
      const words = line.split(" ");
      // Its own: the other one may be making its configuration at this moment.
      const home = `${homes}/${index}`;
      await Deno.mkdir(home);
      const [official, ours] = [await officialRefusal(words, home), await ourRefusal(words, home)];
      if (official.status !== ours.status || official.exitCode !== ours.exitCode) {
        different.push({ line, official, ours });
      }
    }
  };
  await Promise.all([compare(), compare()]);
  await Deno.remove(homes, { recursive: true });
  assertEquals(different, []);
});

/** The flags that begin a line of a list of options, with or without a frame around it. */
function flagsIn(help: string): Set<string> {
  const lines = help.split("\n").filter((line) => /^\s*[│|]?\s*\*?\s*(-\w\b[, ]|--\w)/.test(line));
  const spelled = lines.map((line) =>
    line.replace(/^\s*[│|]?\s*\*?\s*/, "").split(/\s{3,}[A-Z](?=[a-z])/)[0]
  );
  return new Set(
    spelled.flatMap((text) => [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag)),
  );
}

/** The commands in a list of commands. */
function commandsIn(help: string): string[] {
  const [, list = ""] = help.split(/─ Commands ─+/);
  return [...list.matchAll(/^│ ([a-z][a-z-]*) /gm)].map(([, name]) => name);
}

Deno.test("the official programs have no flag and no command that the table does not know", async () => {
  const queue = [...programs];
  const unknown: string[] = [];
  const gone: string[] = [];
  const look = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [program, rows] = next;
      const help = await helpOf(program);
      const found = flagsIn(help);
      unknown.push(...[...found].filter((flag) => !(flag in rows)).map((flag) => `${program} ${flag}`));
      gone.push(
        ...Object.entries(rows).filter(([flag, { hidden }]) => !hidden && !found.has(flag))
          .map(([flag]) => `${program} ${flag}`),
      );
      unknown.push(
        ...commandsIn(help).map((word) => `${program} ${word}`).filter((name) =>
          !programs.some(([known]) => known === name || known.startsWith(`${name} `))
        ),
      );
    }
  };
  await Promise.all([look(), look()]);
  assertEquals({ unknown, gone }, { unknown: [], gone: [] });
});
