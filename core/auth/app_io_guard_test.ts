import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { FakeRandom } from "../../tests/fakes/random.ts";
import { uncheckedCall, withHeaders } from "../../tests/fakes/unchecked_call.ts";
import type { Status, Task, TaskType } from "../model/task.ts";
import { Metadata } from "../rpc/metadata.ts";
import type { AnyMethod } from "../rpc/method.ts";
import { RpcError } from "../rpc/status.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { allOf, clientAppIo, fleet, serverAppIo } from "../wire/methods.ts";
import { appIoGuard } from "./app_io_guard.ts";
import type { Caller } from "./caller.ts";
import { rowOf } from "./method_table.ts";
import { SUPEREXEC_HEADERS } from "./superexec_headers.ts";
import { superexecSigner } from "./superexec_signer.ts";
import { hashToken, TASK_TOKEN_HEADER, taskToken } from "./task_token.ts";
import { versionHeaders } from "./version.ts";

const TOKEN = "ab".repeat(128);
const SECRET = new TextEncoder().encode("a secret\n");
const ANY = { method: serverAppIo.ClaimTask, requestBytes: new Uint8Array() };
const REFUSED = "UNAUTHENTICATED Authentication failed.";

async function setUp(
  options: { secret?: Uint8Array; task?: Partial<Task>; service?: "ServerAppIo" | "ClientAppIo" } = {},
) {
  const clock = new FakeClock();
  const store = new MemoryStore();
  const log = new FakeLog();
  const task: Task = {
    taskId: 7n,
    runId: 5n,
    type: "flwr-serverapp",
    status: "running",
    subStatus: "",
    details: "",
    pendingAt: 0,
    tokenHash: hashToken(TOKEN),
    leaseUntil: clock.now() + 60_000,
    ...options.task,
  };
  await store.transaction((tx) => tx.putTask(task));
  const service = options.service ?? "ServerAppIo";
  const guard = appIoGuard({
    service: `flwr.proto.${service}`,
    store,
    clock,
    log,
    component: service === "ServerAppIo" ? "SuperLink" : "SuperNode",
    superexecSecret: options.secret,
  });
  const admit = (method: AnyMethod, request: unknown, metadata: Metadata): Promise<Caller> =>
    guard.admit(uncheckedCall(method, request, metadata));
  const signer = superexecSigner(SECRET, { clock, random: new FakeRandom() });
  const signed = async (method: AnyMethod, request: unknown) =>
    new Metadata(await signer({ method, requestBytes: method.encodeRequest(request) }));
  return { clock, log, task, admit, signed };
}

async function refusal(call: Promise<unknown>): Promise<string> {
  const { code, details } = await assertRejects(() => call, RpcError);
  return `${code} ${details}`;
}

async function token(value = TOKEN): Promise<Metadata> {
  return await taskToken(value)(ANY);
}

const AS_SUPERLINK = { node: { node_id: 1n } };

for (const [service, methods] of [["ServerAppIo", serverAppIo], ["ClientAppIo", clientAppIo]] as const) {
  for (const method of allOf(methods)) {
    Deno.test(`app io guard: ${service}.${method.name} wants the credential of its row`, async () => {
      const { admit, signed, task } = await setUp({ service, secret: SECRET });
      const hasNode = "node" in method.decodeRequest(new Uint8Array());
      const request = hasNode ? AS_SUPERLINK : {};
      const byTask = rowOf(method.path)!.credential === "task";
      const good = byTask ? await token() : await signed(method, request);
      const expected: Caller = byTask ? { kind: "task", task } : { kind: "superexec" };
      assertEquals(await admit(method, request, good), expected);
      const wrong = byTask ? await signed(method, request) : await token();
      assertEquals(await refusal(admit(method, request, wrong)), REFUSED);
      assertEquals(await refusal(admit(method, request, new Metadata())), REFUSED);
    });
  }
}

Deno.test("app io guard: a token must stand exactly once and be the right one", async () => {
  const { admit } = await setUp();
  for (
    const values of [[], [""], [TOKEN, TOKEN], [TOKEN.slice(1)], [TOKEN.toUpperCase()], [hashToken(TOKEN)]]
  ) {
    const headers = withHeaders(await token(), { [TASK_TOKEN_HEADER]: values });
    assertEquals(await refusal(admit(serverAppIo.GetNodes, {}, headers)), REFUSED);
  }
});

const LIFE: [Status, boolean][] = [["pending", false], ["starting", true], ["running", true], [
  "finished",
  false,
]];
for (const [status, admitted] of LIFE) {
  Deno.test(`app io guard: the token of a ${status} task is ${admitted ? "good" : "worth nothing"}`, async () => {
    const { admit, task } = await setUp({ task: { status } });
    const call = admit(serverAppIo.SendTaskHeartbeat, {}, await token());
    if (admitted) assertEquals(await call, { kind: "task", task });
    else assertEquals(await refusal(call), REFUSED);
  });
}

Deno.test("app io guard: a token lapses with its task's lease", async () => {
  const { admit, clock, task } = await setUp();
  clock.jump(59_999);
  assertEquals(await admit(serverAppIo.SendTaskHeartbeat, {}, await token()), { kind: "task", task });
  clock.jump(1);
  assertEquals(await refusal(admit(serverAppIo.SendTaskHeartbeat, {}, await token())), REFUSED);
  const without = await setUp({ task: { leaseUntil: undefined } });
  assertEquals(await refusal(without.admit(serverAppIo.SendTaskHeartbeat, {}, await token())), REFUSED);
});

Deno.test("app io guard: without a secret anybody may act as SuperExec", async () => {
  const { admit } = await setUp();
  assertEquals(await admit(serverAppIo.PullPendingTasks, {}, new Metadata()), { kind: "superexec" });
});

Deno.test("app io guard: a SuperExec's signature covers method, time, nonce and body", async () => {
  const { admit, signed } = await setUp({ secret: SECRET });
  const claim = { task_id: 7n };
  const other = await signed(serverAppIo.ClaimTask, { task_id: 8n });
  assertEquals(await refusal(admit(serverAppIo.ClaimTask, claim, other)), REFUSED);
  const elsewhere = await signed(clientAppIo.ClaimTask, claim);
  assertEquals(await refusal(admit(serverAppIo.ClaimTask, claim, elsewhere)), REFUSED);
  const good = await signed(serverAppIo.ClaimTask, claim);
  for (const name of Object.values(SUPEREXEC_HEADERS)) {
    const [value] = good.texts(name);
    const last = value.at(-1) === "0" ? "1" : "0";
    for (const values of [[], [""], [value, value], [value.slice(0, -1) + last], [value.slice(1)]]) {
      const call = admit(serverAppIo.ClaimTask, claim, withHeaders(good, { [name]: values }));
      assertEquals(await refusal(call), REFUSED);
    }
  }
  assertEquals(await admit(serverAppIo.ClaimTask, claim, good), { kind: "superexec" });
});

Deno.test("app io guard: a SuperExec's headers are good once", async () => {
  const { admit, signed } = await setUp({ secret: SECRET });
  const headers = await signed(serverAppIo.PullPendingTasks, {});
  assertEquals(await admit(serverAppIo.PullPendingTasks, {}, headers), { kind: "superexec" });
  assertEquals(await refusal(admit(serverAppIo.PullPendingTasks, {}, headers)), REFUSED);
  const fresh = await signed(serverAppIo.PullPendingTasks, {});
  assertEquals(await admit(serverAppIo.PullPendingTasks, {}, fresh), { kind: "superexec" });
});

Deno.test("app io guard: a refused call uses up no nonce", async () => {
  const { admit, signed } = await setUp({ secret: SECRET });
  const headers = await signed(serverAppIo.PullPendingTasks, {});
  const forged = withHeaders(headers, { [SUPEREXEC_HEADERS.signature]: ["00".repeat(32)] });
  assertEquals(await refusal(admit(serverAppIo.PullPendingTasks, {}, forged)), REFUSED);
  assertEquals(await admit(serverAppIo.PullPendingTasks, {}, headers), { kind: "superexec" });
});

Deno.test("app io guard: a SuperExec's headers grow old, and a nonce is kept until they have", async () => {
  const { admit, signed, clock } = await setUp({ secret: SECRET });
  const [used, kept] = [await signed(serverAppIo.ClaimTask, {}), await signed(serverAppIo.ClaimTask, {})];
  await admit(serverAppIo.ClaimTask, {}, used);
  clock.jump(304_999);
  assertEquals(await refusal(admit(serverAppIo.ClaimTask, {}, used)), REFUSED);
  assertEquals(await admit(serverAppIo.ClaimTask, {}, kept), { kind: "superexec" });
  clock.jump(1);
  const late = await refusal(admit(serverAppIo.ClaimTask, {}, used));
  assertEquals(late, REFUSED);
  const future = await signed(serverAppIo.ClaimTask, {});
  clock.jump(-5_000);
  assertEquals(await refusal(admit(serverAppIo.ClaimTask, {}, future)), REFUSED);
});

const GRID = [
  "GetNodes",
  "PushMessages",
  "PullMessages",
  "PushObject",
  "PullObject",
  "ConfirmMessageReceived",
] as const;
for (const name of GRID) {
  Deno.test(`app io guard: ServerAppIo.${name} is for ServerApps only`, async () => {
    const { admit } = await setUp({ task: { type: "flwr-simulation" } });
    const request = "node" in serverAppIo[name].decodeRequest(new Uint8Array()) ? AS_SUPERLINK : {};
    assertEquals(
      await refusal(admit(serverAppIo[name], request, await token())),
      "PERMISSION_DENIED Some ServerAppIo API endpoints are only available for Deployment Runtime runs.",
    );
    const client = await setUp({ task: { type: "flwr-clientapp" }, service: "ClientAppIo" });
    assertEquals((await client.admit(clientAppIo[name], {}, await token())).kind, "task");
  });
}

const MAKERS: [TaskType, boolean][] = [
  ["flwr-serverapp", true],
  ["flwr-clientapp", true],
  ["flwr-agentapp", true],
  ["flwr-simulation", false],
  ["flwr-model", false],
  ["flwr-connector", false],
];
for (const [type, admitted] of MAKERS) {
  Deno.test(`app io guard: a ${type} task may ${admitted ? "" : "not "}create tasks`, async () => {
    const { admit } = await setUp({ task: { type } });
    const call = admit(serverAppIo.CreateTask, {}, await token());
    if (admitted) assertEquals((await call).kind, "task");
    else {assertEquals(
        await refusal(call),
        `PERMISSION_DENIED Task type '${type}' is not allowed to create tasks.`,
      );}
  });
}

Deno.test("app io guard: objects of a SuperLink are moved in its own name", async () => {
  const { admit } = await setUp();
  for (const method of [serverAppIo.PushObject, serverAppIo.PullObject]) {
    for (const node of [{ node_id: 2n }, { node_id: 0n }, null]) {
      const call = admit(method, { node }, await token());
      assertEquals(await refusal(call), "FAILED_PRECONDITION Unexpected node ID.");
    }
  }
});

Deno.test("app io guard: peers of another release are refused, after their credential is checked", async () => {
  const { admit } = await setUp();
  const version = await versionHeaders("flwr-serverapp")(ANY);
  const both = new Metadata([...await token(), ...version]);
  assertEquals((await admit(serverAppIo.GetNodes, {}, both)).kind, "task");
  const old = withHeaders(both, { "flwr-package-version": ["1.31.0"] });
  assertEquals((await refusal(admit(serverAppIo.GetNodes, {}, old))).split(" ")[0], "FAILED_PRECONDITION");
  const stranger = withHeaders(old, { [TASK_TOKEN_HEADER]: ["no"] });
  assertEquals(await refusal(admit(serverAppIo.GetNodes, {}, stranger)), REFUSED);
  const superexec = withHeaders(version, { "flwr-package-version": ["2.0"] });
  assertEquals(
    (await refusal(admit(serverAppIo.ClaimTask, {}, superexec))).split(" ")[0],
    "FAILED_PRECONDITION",
  );
});

Deno.test("app io guard: each service guards its own methods only", async () => {
  const { admit } = await setUp();
  for (const method of [clientAppIo.GetNodes, fleet.GetRun]) {
    assertEquals(
      await refusal(admit(method, {}, await token())),
      `UNIMPLEMENTED Method not found: ${method.path}`,
    );
  }
});

Deno.test("app io guard: no token and no signature reaches the log", async () => {
  const { admit, log, signed } = await setUp({ secret: SECRET });
  await admit(serverAppIo.PullTaskInput, {}, await token());
  await refusal(admit(serverAppIo.GetNodes, {}, await token("cd".repeat(128))));
  const headers = await signed(serverAppIo.ClaimTask, {});
  await admit(serverAppIo.ClaimTask, {}, headers);
  assertEquals(log.lines, [
    { level: "info", text: "[ServerAppIo.PullTaskInput] run_id=5 task_id=7" },
    { level: "warn", text: "[ServerAppIo.GetNodes] refused 192.0.2.1:5: Authentication failed." },
    { level: "info", text: "[ServerAppIo.ClaimTask] superexec" },
  ]);
});
