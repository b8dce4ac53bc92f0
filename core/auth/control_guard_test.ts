import { assertEquals, assertRejects } from "@std/assert";
import { FakeLog } from "../../tests/fakes/log.ts";
import { uncheckedCall } from "../../tests/fakes/unchecked_call.ts";
import { Metadata } from "../rpc/metadata.ts";
import { RpcError } from "../rpc/status.ts";
import { allOf, control, fleet } from "../wire/methods.ts";
import { callerAs, callingNode } from "./caller.ts";
import { controlGuard } from "./control_guard.ts";

for (const method of allOf(control)) {
  Deno.test(`control guard: ${method.name} is called by the one account there is, or by anyone`, async () => {
    const caller = await controlGuard({ log: new FakeLog() }).admit(
      uncheckedCall(method, {}, new Metadata()),
    );
    const open = method.name === "GetLoginDetails" || method.name === "GetAuthTokens";
    const account = { kind: "account", ownerId: "<id:none>", ownerName: "none" };
    assertEquals(caller as unknown, open ? { kind: "anyone" } : account);
  });
}

Deno.test("control guard: methods of other services are not for it", async () => {
  const guard = controlGuard({ log: new FakeLog() });
  const call = uncheckedCall(fleet.PullMessages, {}, new Metadata());
  assertEquals((await assertRejects(() => guard.admit(call), RpcError)).code, "UNIMPLEMENTED");
});

Deno.test("control guard: what people start and stop is logged, what they look at only in debug", async () => {
  const log = new FakeLog();
  const guard = controlGuard({ log });
  for (const method of [control.StopRun, control.ListRuns]) {
    await guard.admit(uncheckedCall(method, {}, new Metadata()));
  }
  assertEquals(log.texts("info"), ["[Control.StopRun] account=none"]);
  assertEquals(log.texts("debug"), ["[Control.ListRuns] account=none"]);
});

Deno.test("caller: a handler that expects another caller than its row gives is a fault of ours", async () => {
  const fault = await assertRejects(
    () => Promise.resolve().then(() => callingNode({ kind: "anyone" })),
    RpcError,
  );
  assertEquals(fault.code, "INTERNAL");
  assertEquals(callerAs({ kind: "superexec" }, "superexec"), { kind: "superexec" });
});
