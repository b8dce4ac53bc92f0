import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { fleet } from "../../core/wire/methods.ts";
import { health } from "../../core/wire/health.ts";
import { UserError } from "../output.ts";
import { type Health, openHealth } from "./health.ts";

/** A health listener with a client that calls it. */
async function scene(work: (on: { health: Health; client: RpcClient }) => Promise<void>): Promise<void> {
  const clock = new FakeClock();
  const options = { address: "127.0.0.1:0", services: ["flwr.proto.Fleet"], clock, log: new FakeLog() };
  const listener = await openHealth(options);
  const transport = connectGrpc({ address: listener.address, tls: "insecure" });
  try {
    await work({ health: listener, client: new RpcClient(transport) });
  } finally {
    transport.close();
    await listener.stop();
  }
}

Deno.test("health: not serving until it is said, for the program and for each service", async () => {
  await scene(async ({ health: listener, client }) => {
    const statuses = () =>
      Promise.all(
        ["", "flwr.proto.Fleet"].map(async (service) =>
          (await client.call(health.Check, { service })).status
        ),
      );
    assertEquals(await statuses(), ["NOT_SERVING", "NOT_SERVING"]);
    listener.say("SERVING");
    assertEquals(await statuses(), ["SERVING", "SERVING"]);
    assertEquals(await client.call(health.List, {}), {
      statuses: { "": { status: "SERVING" }, "flwr.proto.Fleet": { status: "SERVING" } },
    });
    listener.say("NOT_SERVING");
    assertEquals(await statuses(), ["NOT_SERVING", "NOT_SERVING"]);
  });
});

Deno.test("health: a service that there is not is no healthy one", async () => {
  await scene(async ({ client }) => {
    const check = () => client.call(health.Check, { service: "flwr.proto.Control" });
    const error = await assertRejects(check, RpcError);
    assertEquals(error.code, "NOT_FOUND");
    assertStringIncludes(error.details, `no service "flwr.proto.Control" here, only flwr.proto.Fleet`);
    for await (const { status } of client.stream(health.Watch, { service: "flwr.proto.Control" })) {
      assertEquals(status, "SERVICE_UNKNOWN");
      break;
    }
  });
});

Deno.test("health: who watches hears each change once, and the end", async () => {
  await scene(async ({ health: listener, client }) => {
    const heard: string[] = [];
    const watching = (async () => {
      for await (const { status } of client.stream(health.Watch, { service: "" })) {
        heard.push(status);
        if (heard.length === 1) listener.say("SERVING");
        if (heard.length === 2) {
          listener.say("SERVING");
          listener.say("NOT_SERVING");
        }
        if (heard.length === 3) listener.stop();
      }
    })();
    const error = await assertRejects(() => watching, RpcError);
    assertEquals([heard, error.code], [["NOT_SERVING", "SERVING", "NOT_SERVING"], "UNAVAILABLE"]);
  });
});

Deno.test("health: nothing else is served there, and a taken port is said so", async () => {
  await scene(async ({ health: listener, client }) => {
    const error = await assertRejects(() => client.call(fleet.ActivateNode, {}), RpcError);
    assertEquals(error.code, "UNIMPLEMENTED");
    const options = { address: listener.address, services: [], clock: new FakeClock(), log: new FakeLog() };
    const taken = await assertRejects(() => openHealth(options), UserError, "is already in use");
    assertStringIncludes(taken.hint!, "give the health server another address");
  });
});
