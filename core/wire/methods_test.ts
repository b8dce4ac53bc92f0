import { assertEquals } from "@std/assert";
import type { AnyMethod } from "../rpc/method.ts";
import { allOf, clientAppIo, control, fleet, serverAppIo } from "./methods.ts";

Deno.test("each service has its methods, in the shape that the RPC layer asks for", () => {
  const counts = [fleet, serverAppIo, clientAppIo, control].map((table) =>
    (allOf(table) as AnyMethod[]).length
  );
  assertEquals(counts, [12, 17, 17, 26]);
  assertEquals(fleet.PullMessages.path, "/flwr.proto.Fleet/PullMessages");
  assertEquals([fleet.PullMessages.service, fleet.PullMessages.name], ["flwr.proto.Fleet", "PullMessages"]);
  assertEquals([control.StreamLogs.streaming, control.StopRun.streaming], [true, false]);
});

Deno.test("a method encodes and decodes its own two messages", () => {
  const method: AnyMethod = fleet.ActivateNode;
  const request = { public_key: Uint8Array.of(1), heartbeat_interval: 30 };
  assertEquals(method.decodeRequest(method.encodeRequest(request)).heartbeat_interval, 30);
  assertEquals(
    fleet.ActivateNode.decodeResponse(fleet.ActivateNode.encodeResponse({ node_id: 7n })).node_id,
    "7",
  );
});
