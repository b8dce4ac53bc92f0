import { assertEquals, assertStringIncludes } from "@std/assert";
import type { StartRunRequest } from "../../proto/mod.ts";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { type ControlAnswers, fakeControl } from "../../tests/fakes/control.ts";
import { fakeEnv, type FakeEnvOptions } from "../../tests/fakes/env.ts";
import { run } from "../run.ts";
import { pyproject } from "../../tests/fakes/pyproject.ts";

const PROJECT = pyproject({ name: "demo", publisher: "me", clientapp: "./server.ts:app" });
const CONFIG = `[superlink]
default = "test"
[superlink.test]
address = "127.0.0.1:9093"
insecure = true
federation = "@me/own"
[superlink.simulated]
address = "127.0.0.1:9093"
insecure = true
options.num-supernodes = 4
`;

async function inWorld(
  answers: ControlAnswers,
  body: (
    world: { env: ReturnType<typeof fakeEnv>; run: (...words: string[]) => Promise<number> },
  ) => Promise<void>,
  options: FakeEnvOptions = {},
) {
  const cwd = await Deno.makeTempDir();
  await Deno.mkdir(`${cwd}/app`);
  await Deno.writeTextFile(`${cwd}/app/pyproject.toml`, PROJECT);
  await Deno.writeTextFile(`${cwd}/app/server.ts`, "export const app = 1;\n");
  await Deno.writeTextFile(`${cwd}/config.toml`, CONFIG);
  const clock = new FakeClock();
  const connect = () => fakeControl(clock, answers);
  const env = fakeEnv({ ...options, clock, cwd, variables: { FLWR_HOME: cwd }, connect });
  try {
    await body({ env, run: (...words) => run(["flwr", "run", ...words], env) });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("flwr run: the command line's federation comes before the connection's, and settings are sent", async () => {
  const asked: StartRunRequest[] = [];
  const StartRun = (request: StartRunRequest) => {
    asked.push(request);
    return { run_id: "7", federation: request.federation };
  };
  await inWorld({ StartRun }, async ({ env, run }) => {
    assertEquals(await run("app"), 0);
    assertEquals(await run("app", "--federation", "@me/other"), 0);
    assertEquals(await run("app", "simulated"), 0);
    assertEquals(await run("app", "simulated", "--federation-config", "num-supernodes=5"), 0);
    assertEquals(asked.map(({ federation }) => federation), ["@me/own", "@me/other", "", ""]);
    const nodes = asked.map((request) => request.override_federation_config?.num_supernodes);
    assertEquals(nodes, [undefined, undefined, 4, 5]);
    assertStringIncludes(env.out(), "Successfully started run 7 in federation @me/other\n");
  });
});

Deno.test("flwr run: a note of the SuperLink is shown beside the result", async () => {
  const answers = { StartRun: () => ({ run_id: "7", federation: "@none/default", note: "mind the gap" }) };
  await inWorld(answers, async ({ env, run }) => {
    assertEquals(await run("app", "--format", "json"), 0);
    assertEquals(JSON.parse(env.out()).note, "mind the gap");
    assertEquals(env.err(), "Note: mind the gap\n");
  });
});

Deno.test("flwr run: sending that takes long is worth a word on a terminal", async () => {
  for (const terminal of [true, false]) {
    const answered = Promise.withResolvers<{ run_id: string }>();
    await inWorld({ StartRun: () => answered.promise }, async ({ env, run }) => {
      const running = run("app");
      while (env.clock.sleeping === 0) await settled();
      await env.clock.advance(2_000);
      answered.resolve({ run_id: "7" });
      assertEquals(await running, 0);
      assertEquals(env.err(), terminal ? "Sending the app (727 B)...\n" : "");
    }, { terminal });
  }
});

Deno.test("flwr run: colours stand on a terminal only, and never in JSON", async () => {
  const answers = { StartRun: () => ({ run_id: "7" }) };
  await inWorld(answers, async ({ env, run }) => {
    await run("app");
    assertStringIncludes(env.out(), "\x1b[34mUsing SuperLink: test (127.0.0.1:9093)\x1b[0m\n");
    assertStringIncludes(env.out(), "\x1b[32mSuccessfully started run 7\x1b[0m\n");
  }, { terminal: true });
  await inWorld(answers, async ({ env, run }) => {
    await run("app", "--format", "json");
    assertEquals(JSON.parse(env.out())["run-id"], "7");
  }, { terminal: true });
  await inWorld(answers, async ({ env, run }) => {
    await run("app");
    assertEquals(env.out().includes("\x1b"), false);
  });
});

Deno.test("flwr run: what a SuperLink does not start is a failure", async () => {
  await inWorld({ StartRun: () => ({}) }, async ({ env, run }) => {
    assertEquals(await run("app"), 1);
    assertEquals(env.err(), "Error: Failed to start run\n");
  });
});

const ends: [string, string, number, string][] = [
  ["completed", "", 0, ""],
  ["failed", "no memory", 1, "Error: Run 7 failed: no memory\n"],
  ["failed", "", 1, "Error: Run 7 failed\n"],
  ["stopped", "", 1, "Error: Run 7 was stopped\n"],
];
for (const [sub_status, details, status, said] of ends) {
  Deno.test(`flwr run --stream: a run that is ${sub_status} (${details}) ends with status ${status}`, async () => {
    const runs = { "7": { run_id: "7", status: { status: "finished", sub_status, details } } };
    const answers: ControlAnswers = {
      StartRun: () => ({ run_id: "7" }),
      StreamLogs: ({ after_timestamp }) =>
        after_timestamp === 0 ? [{ log_output: "hello\n", latest_timestamp: 5 }] : [],
      ListRuns: () => ({ run_dict: runs, now: "2026-11-23T12:00:00+00:00" }),
    };
    await inWorld(answers, async ({ env, run }) => {
      assertEquals(await run("app", "--stream"), status);
      assertStringIncludes(env.out(), "Successfully started run 7\nhello\n");
      assertEquals(env.err(), said);
    });
  });
}
