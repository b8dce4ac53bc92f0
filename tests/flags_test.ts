import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { commands } from "../cli/commands.ts";
import { type Flag, type FlagTable, parseFlags } from "../cli/config/flags.ts";
import { differences } from "../cli/differences.ts";
import { run } from "../cli/run.ts";
import { fakeEnv } from "./fakes/env.ts";
import table from "./flower_flags.json" with { type: "json" };

/*
 * Every flag of the official 1.32.1 programs: it is there with the same meaning and default, or it is refused with a
 * sentence and stands among the differences. `tests/interop/flags_peer_test.ts` checks that the table has them all.
 */

interface Row {
  readonly short?: string;
  /** It is a switch, without a value. */
  readonly switch?: true;
  readonly default?: string | number;
  readonly choices?: readonly string[];
  readonly required?: true;
  readonly repeatable?: true;
  readonly hidden?: true;
  readonly deprecated?: true;
  /** It answers by itself and ends: help, version, completion. */
  readonly answers?: true;
  /** It is another name of this flag. */
  readonly alias?: string;
}

const PROGRAMS = Object.entries(table as Readonly<Record<string, Readonly<Record<string, Row>>>>);

/** The command that a program's name and its words stand for. */
function commandOf(program: string): string | undefined {
  return Object.keys(commands).find((key) => key === program || commands[key].programName === program);
}

async function flagsOf(key: string): Promise<FlagTable> {
  return (await commands[key].load()).about!.flags;
}

/** Our flag of that name, and whether it is called otherwise here. */
function ours(flag: string, flags: FlagTable): [string, Flag<unknown>] | undefined {
  const name = flag.slice(2);
  return Object.entries(flags).find(([key, { aliases }]) => key === name || aliases?.includes(name));
}

/** Whether it is said in public that this flag is not as upstream. */
function isDifferent(program: string, flag: string): boolean {
  const whole = new RegExp(`${flag}(?![\\w-])`);
  return differences.some(({ what }) => what.includes(`\`${program} `) && whole.test(what));
}

/** A value that the flag takes. */
function sample(row: Row): string {
  return String(row.choices?.[0] ?? row.default ?? 1);
}

for (const [program, rows] of PROGRAMS) {
  const key = commandOf(program);
  if (key === undefined) continue;
  Deno.test(`${program}: every flag is taken as upstream, or refused with a sentence`, async () => {
    const flags = await flagsOf(key);
    for (const [flag, row] of Object.entries(rows)) {
      if (row.answers) continue;
      const [name, found] = ours(flag, flags) ?? [];
      assert(name && found, `${program} ${flag} is missing`);
      const args = row.switch ? [flag] : [flag, sample(row)];
      if (found.refused) {
        assertMatch(found.refused, /^\S.{19,}/, `${program} ${flag} needs a sentence`);
        const env = fakeEnv();
        assert(await run([...key.split(" "), ...args], env) > 0);
        assertStringIncludes(env.err(), `Error: Cannot use --${name}: ${found.refused}`);
        assert(
          row.deprecated || isDifferent(program, flag),
          `${program} ${flag} is not among the differences`,
        );
        continue;
      }
      const parsed = parseFlags(args, flags).flags[name];
      const expected = row.switch ? true : row.repeatable || found.repeatable ? [sample(row)] : sample(row);
      assertEquals(asText(parsed), asText(expected), `${program} ${flag}`);
      if (row.short) assertEquals(`-${found.short}`, row.short, `${program} ${flag}`);
      assertEquals(!!found.repeatable, !!row.repeatable || flag === "--node-config", `${program} ${flag}`);
      if (row.choices) {
        assertEquals([...found.choices ?? []].sort(), [...row.choices].sort(), `${program} ${flag}`);
      }
    }
  });

  Deno.test(`${program}: every default is the same, or stands among the differences`, async () => {
    const flags = await flagsOf(key);
    for (const [flag, row] of Object.entries(rows)) {
      const [name, found] = ours(flag, flags) ?? [];
      if (!name || !found || found.refused || row.switch || row.answers || row.default === undefined) {
        continue;
      }
      const effective = found.read([], name) ?? found.shownDefault ?? DEFAULT_LATER[`${program} ${flag}`];
      if (isDifferent(program, flag)) continue;
      assertEquals(String(effective), String(row.default), `${program} ${flag}`);
    }
  });
}

/** Defaults that are not the flag's own, because it matters whether it was given. */
const DEFAULT_LATER: Readonly<Record<string, string>> = {
  "flower-superlink --fleet-api-type": "grpc-rere",
  "flower-superexec --executor": "subprocess",
};

function asText(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String) : typeof value === "number" ? String(value) : value;
}

Deno.test("every official program and command is one of ours", () => {
  const missing = PROGRAMS.map(([program]) => program).filter((program) =>
    !commandOf(program) && !Object.keys(commands).some((key) => key.startsWith(`${program} `))
  );
  assertEquals(missing, []);
});

Deno.test("every official program and command answers --help, -h and, where upstream does, --version", async () => {
  for (const [program, rows] of PROGRAMS) {
    const words = commandOf(program)?.split(" ") ?? program.split(" ");
    for (const flag of ["--help", "-h", ...rows["--version"] ? ["--version", "-V"] : []]) {
      const env = fakeEnv();
      assertEquals(await run([...words, flag], env), 0, `${program} ${flag}`);
      assertMatch(env.out(), flag.toLowerCase().includes("v") ? /^Flower version: 1\.32\.1\n$/ : /^Usage: /);
      assertEquals(env.err(), "");
    }
  }
});

Deno.test("values that upstream has and corolla has not are refused with a sentence before anything starts", async () => {
  const appIo = ["--insecure", "--appio-api-address", "127.0.0.1:1"];
  const refused: [line: string[], sentence: RegExp][] = [
    [
      ["superlink", "--insecure", "--fleet-api-type", "rest"],
      /Cannot use --fleet-api-type rest: .*grpc-rere.*104/,
    ],
    [
      ["superlink", "--insecure", "--fleet-api-type", "grpc-adapter"],
      /Cannot use --fleet-api-type grpc-adapter: /,
    ],
    [
      ["superexec", ...appIo, "--plugin-type", "serverapp-ephemeral"],
      /serverapp-ephemeral: .*\nNext: .*serverapp/,
    ],
    [
      ["superexec", ...appIo, "--plugin-type", "serverapp", "--executor", "kubernetes"],
      /Cannot use --executor kubernetes: .*402\]\nNext: /,
    ],
    [["flwr", "app", "publish"], /Cannot publish.*\nNext: /],
    [["flwr", "app", "review", "@a/b"], /Cannot review.*\nNext: /],
  ];
  for (const [line, sentence] of refused) {
    const env = fakeEnv();
    assertEquals(await run(line, env), 1, line.join(" "));
    assertMatch(env.err(), sentence);
  }
});

Deno.test("what must be given is asked for", async () => {
  for (const missing of [["--plugin-type", "serverapp"], ["--appio-api-address", "127.0.0.1:1"]]) {
    const env = fakeEnv();
    assertEquals(await run(["superexec", "--insecure", ...missing], env), 2);
    assertMatch(env.err(), /Cannot go on without --(plugin-type|appio-api-address)/);
  }
});

Deno.test("deprecated flags that still work are warned about", async () => {
  // A grant of what is not there ends each command line before anything starts.
  const end = ["--insecure", "--allow-app-read", "/nowhere"];
  const table: [line: string[], warning: RegExp][] = [
    [["superlink", ...end, "--allow-runtime-dependency-installation"], /WARNING.*--allow-runtime-dependency/],
    [
      ["superlink", "--exec-api-address", "127.0.0.1:1", ...end],
      /WARNING.*--exec-api-address is deprecated/,
    ],
    [
      ["superlink", ...end, "--fleet-api-num-workers", "2"],
      /WARNING.*--fleet-api-num-workers 2 changes nothing/,
    ],
    [
      [
        "superexec",
        "--insecure",
        "--appio-api-address",
        "127.0.0.1:1",
        "--plugin-type",
        "simulation",
        "--parent-pid",
        "x",
      ],
      /WARNING.*--plugin-type simulation is deprecated/,
    ],
  ];
  for (const [line, warning] of table) {
    const env = fakeEnv();
    assert(await run(line, env) > 0, line.join(" "));
    assertMatch(env.err(), warning);
  }
});
