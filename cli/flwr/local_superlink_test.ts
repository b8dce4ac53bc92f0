import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { fakeControl } from "../../tests/fakes/control.ts";
import { fakeEnv } from "../../tests/fakes/env.ts";
import type { Detached } from "../detached.ts";
import { run } from "../run.ts";
import { UserError } from "../output.ts";
import { localSuperLink } from "./local_superlink.ts";

interface World {
  readonly env: ReturnType<typeof fakeEnv>;
  readonly clock: FakeClock;
  /** Command lines of what was started. */
  readonly started: (readonly string[])[];
  readonly said: string[];
  readonly stopped: () => boolean;
  connect(address?: string, appRead?: string[]): ReturnType<typeof localSuperLink>;
}

/** @param play what happens when a SuperLink is started; it can `arrive` or end with a status */
async function inWorld(
  play: (life: { arrive: () => void; home: string }) => Promise<number>,
  body: (world: World) => Promise<void>,
  { isThere = false } = {},
) {
  const home = await Deno.makeTempDir();
  const clock = new FakeClock();
  const started: (readonly string[])[] = [];
  const said: string[] = [];
  let stopped = false;
  let there = isThere;
  const startDetached = (words: readonly string[]): Detached => {
    started.push(words);
    return { ended: play({ arrive: () => there = true, home }), stop: () => stopped = true };
  };
  const connect = () =>
    there ? fakeControl(clock, { ListRuns: () => ({ run_dict: {}, now: "" }) }) : undefined;
  const env = fakeEnv({ clock, variables: { FLWR_HOME: home }, startDetached, connect });
  const local = (address = ":local:", appRead?: string[]) =>
    localSuperLink({ name: "local", address, insecure: false, appRead }, {
      env,
      say: (text) => said.push(text),
    });
  try {
    await body({ env, clock, started, said, stopped: () => stopped, connect: local });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const never = () => new Promise<number>(() => {});

/** Lets time pass whenever somebody sleeps, until this has come to its end: what real files take is no time. */
async function passUntil<Result>(work: Promise<Result>, clock: FakeClock): Promise<Result> {
  let isOver = false;
  const end = () => void (isOver = true);
  work.then(end, end);
  while (!isOver) await (clock.sleeping > 0 ? clock.advance(100) : settled());
  return await work;
}

Deno.test("a SuperLink that is there is used, whoever started it", () =>
  inWorld(never, async ({ connect, started, said }) => {
    const { address, insecure } = await connect();
    assertEquals([address, insecure], ["127.0.0.1:39093", true]);
    assertEquals([started, said], [[], []]);
  }, { isThere: true }));

Deno.test("where there is none, one is started that simulates, and stays", () =>
  inWorld(({ arrive }) => {
    arrive();
    return never();
  }, async ({ env, connect, started, said, stopped }) => {
    await connect(":local:", ["/data"]);
    const folder = `${env.get("FLWR_HOME")}/local-superlink`;
    assertEquals(
      started[0].join(" "),
      [
        "superlink --insecure --simulation --isolation subprocess --control-api-address 127.0.0.1:39093",
        `--serverappio-api-address 127.0.0.1:0 --log-file ${folder}/superlink.log`,
        `--database ${folder}/corolla.db --allow-app-read /data`,
      ].join(" "),
    );
    assertEquals(said, ["Starting local SuperLink on 127.0.0.1:39093...\n"]);
    assertEquals(stopped(), false);
    await connect();
    assertEquals(started.length, 1);
  }));

Deno.test(":local-in-memory: keeps nothing", () =>
  inWorld(({ arrive }) => {
    arrive();
    return never();
  }, async ({ connect, started }) => {
    await connect(":local-in-memory:");
    assertStringIncludes(started[0].join(" "), "--database :flwr-in-memory:");
  }));

Deno.test("one that ends at once is reported with the last it said", () =>
  inWorld(({ home }) => {
    Deno.writeTextFileSync(`${home}/local-superlink/superlink.log`, "INFO one\nERROR no room\n");
    return Promise.resolve(3);
  }, async ({ clock, connect }) => {
    const { message, hint } = await passUntil(assertRejects(() => connect(), UserError), clock);
    assertEquals(message, "Failed to start local SuperLink: it ended with status 3 (ERROR no room)");
    assertMatch(hint ?? "", /All it said is in .*superlink\.log/);
  }));

Deno.test("one that was overtaken by another is no failure", () =>
  inWorld(({ arrive }) => {
    arrive();
    return Promise.resolve(1);
  }, async ({ connect, started }) => {
    await connect();
    assertEquals(started.length, 1);
  }));

Deno.test("one that never comes is ended", () =>
  inWorld(never, async ({ clock, connect, stopped }) => {
    const failing = assertRejects(() => connect(), UserError, "it was not there after 15 s");
    await passUntil(failing, clock);
    assertEquals(stopped(), true);
  }));

Deno.test("a port that the environment names is used, and commands say what they started", () =>
  inWorld(({ arrive }) => {
    arrive();
    return never();
  }, async ({ env, started }) => {
    const get = (name: string) => name === "FLWR_LOCAL_CONTROL_API_PORT" ? "4001" : env.get(name);
    assertEquals(await run(["flwr", "list"], { ...env, get }), 0);
    assertStringIncludes(started[0].join(" "), "--control-api-address 127.0.0.1:4001");
    assertStringIncludes(
      env.out(),
      "Starting local SuperLink on 127.0.0.1:4001...\nUsing SuperLink: local (127.0.0.1:4001)\n",
    );
  }));
