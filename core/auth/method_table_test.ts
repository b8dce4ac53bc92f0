import { assert, assertEquals } from "@std/assert";
import { methods, type ServiceName } from "../../proto/mod.ts";
import { type Row, rowOf } from "./method_table.ts";

const SERVICES: readonly ServiceName[] = [
  "flwr.proto.Fleet",
  "flwr.proto.ServerAppIo",
  "flwr.proto.ClientAppIo",
  "flwr.proto.Control",
];
const FITTING: Record<string, readonly Row["credential"][]> = {
  "flwr.proto.Fleet": ["key", "node"],
  "flwr.proto.ServerAppIo": ["task", "superexec"],
  "flwr.proto.ClientAppIo": ["task", "superexec"],
  "flwr.proto.Control": ["account", "open"],
};

Deno.test("method table: every method of the contract has a row that its service can check", () => {
  const all = SERVICES.flatMap((service) => methods(service));
  assertEquals(all.length, 72);
  const wrong = all.filter(({ path, service }) => {
    const row = rowOf(path);
    return !row || !FITTING[service].includes(row.credential);
  });
  assertEquals(wrong.map(({ path }) => path), []);
});

Deno.test("method table: a method that is not in the contract has no row", () => {
  for (const path of ["", "/flwr.proto.Fleet/Shutdown", "/flwr.proto.Fleet/pullmessages", "PullMessages"]) {
    assertEquals(rowOf(path), undefined);
  }
});

Deno.test("method table: only what SuperExecs ask for themselves goes without a task's token", () => {
  for (const service of ["flwr.proto.ServerAppIo", "flwr.proto.ClientAppIo"] as const) {
    const open = methods(service).filter(({ path }) => rowOf(path)!.credential === "superexec");
    assertEquals(open.map(({ name }) => name).sort(), ["ClaimTask", "GetRun", "PullPendingTasks"]);
  }
});

Deno.test("method table: only what leads to a login goes without an account", () => {
  const open = methods("flwr.proto.Control").filter(({ path }) => rowOf(path)!.credential === "open");
  assertEquals(open.map(({ name }) => name), ["GetLoginDetails", "GetAuthTokens"]);
});

Deno.test("method table: a node's id is looked for where its request has it", () => {
  const byIdAlone = methods("flwr.proto.Fleet").filter(({ path }) => {
    const row = rowOf(path)!;
    assert(row.credential === "key" || row.credential === "node");
    return row.credential === "node" && row.nodeIdAt === "node_id";
  });
  assertEquals(byIdAlone.map(({ name }) => name), ["DeactivateNode", "UnregisterNode"]);
});
