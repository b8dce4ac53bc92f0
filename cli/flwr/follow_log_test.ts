import { assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../../core/rpc/status.ts";
import { settled } from "../../tests/fakes/clock.ts";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { UserError } from "../output.ts";
import type { ControlClient } from "./control_client.ts";
import { followLog, goOnText, showLog } from "./follow_log.ts";

type Stream = (after: number, signal?: AbortSignal) => AsyncIterable<{ text: string; at: number }>;

/** A SuperLink whose log streams are these, one after the other; `asked` notes from when each was asked. */
function superlink(...streams: Stream[]): { control: ControlClient; asked: number[] } {
  const asked: number[] = [];
  const logs = ({ after, signal }: { after: number; signal?: AbortSignal }) => {
    asked.push(after);
    return streams[asked.length - 1](after, signal);
  };
  return { control: { logs } as unknown as ControlClient, asked };
}

function saying(...chunks: [text: string, at: number][]): Stream {
  return async function* () {
    for (const [text, at] of chunks) yield await Promise.resolve({ text, at });
  };
}

function failing(error: RpcError, ...chunks: [text: string, at: number][]): Stream {
  return async function* (after) {
    yield* saying(...chunks)(after);
    throw error;
  };
}

const AWAY = new RpcError("UNAVAILABLE", "gone");

Deno.test("a log is written as it comes, until a stream ends that had nothing new", async () => {
  const { control, asked } = superlink(saying(["a\n", 1], ["b\n", 2.5]), saying());
  let written = "";
  const end = await followLog(control, { runId: 7n, env: fakeEnv(), write: (text) => written += text });
  assertEquals([end, written, asked], ["finished", "a\nb\n", [0, 2.5]]);
});

Deno.test("a stream that expires or breaks is taken up where it was", async () => {
  const expired = new RpcError("DEADLINE_EXCEEDED", "");
  const { control, asked } = superlink(
    failing(expired, ["a", 1]),
    failing(AWAY),
    failing(AWAY, ["b", 2]),
    saying(["c", 3]),
    saying(),
  );
  const env = fakeEnv();
  let written = "";
  const following = followLog(control, { runId: 7n, env, write: (text) => written += text });
  await env.clock.advance(2_000);
  assertEquals([await following, written, asked], ["finished", "abc", [0, 1, 1, 2, 3]]);
});

Deno.test("lines that a SuperLink left out when it ended the stream are asked for", async () => {
  const { control } = superlink(saying(["a\n", 1]), saying(["the last\n", 2]), saying());
  let written = "";
  await followLog(control, { runId: 7n, env: fakeEnv(), write: (text) => written += text });
  assertEquals(written, "a\nthe last\n");
});

Deno.test("a SuperLink that does not know what it has said is not asked for ever", async () => {
  const { control, asked } = superlink(saying(["a\n", 1]), saying(["a\n", 1]));
  assertEquals(await followLog(control, { runId: 7n, env: fakeEnv(), write: () => {} }), "finished");
  assertEquals(asked, [0, 1]);
});

Deno.test("how to go on after Ctrl-C names the commands as they were called", () => {
  assertEquals(
    goOnText(7n, { calledAs: "corolla flwr", superlink: "test" }),
    "\nThe run goes on. See it with: corolla flwr log 7 test. End it with: corolla flwr stop 7 test\n",
  );
  assertEquals(
    goOnText(7n, { calledAs: "flwr", superlink: undefined }),
    "\nThe run goes on. See it with: flwr log 7. End it with: flwr stop 7\n",
  );
});

Deno.test("a SuperLink that stays away is given up after a while, with a sentence", async () => {
  const { control, asked } = superlink(...Array.from({ length: 100 }, () => failing(AWAY)));
  const env = fakeEnv();
  const following = followLog(control, { runId: 7n, env, write: () => {} });
  const refused = assertRejects(() => following, UserError, "Connection to the SuperLink is unavailable");
  await env.clock.advance(40_000);
  await refused;
  assertEquals(asked.length > 50, true);
});

Deno.test("a refusal ends it at once", async () => {
  const { control } = superlink(failing(new RpcError("NOT_FOUND", "Run ID not found")));
  const following = followLog(control, { runId: 7n, env: fakeEnv(), write: () => {} });
  await assertRejects(() => following, UserError, "Run ID not found.");
});

Deno.test("Ctrl-C ends the showing", async () => {
  const silent: Stream = async function* (_after, signal) {
    await new Promise((_, reject) =>
      signal!.addEventListener("abort", () => reject(new RpcError("CANCELLED", "")))
    );
    yield { text: "never", at: 9 };
  };
  const { control } = superlink(silent);
  const env = fakeEnv();
  const following = followLog(control, { runId: 7n, env, write: () => {} });
  await settled();
  env.interrupt();
  assertEquals(await following, "interrupted");
});

Deno.test("--show writes the first batch, and nothing when there is none yet", async () => {
  let written = "";
  const write = (text: string) => written += text;
  await showLog(superlink(saying(["all so far", 1], ["later", 2])).control, { runId: 7n, write });
  await showLog(superlink(failing(new RpcError("DEADLINE_EXCEEDED", ""))).control, { runId: 7n, write });
  assertEquals(written, "all so far");
});
