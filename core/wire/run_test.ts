import { assertEquals, assertThrows } from "@std/assert";
import { decode, encode } from "../../proto/mod.ts";
import type { Node } from "../model/node.ts";
import type { Run } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import { nodeInfoToProto, runFromProto, runToProto, taskToProto } from "./run.ts";
import { isoTime, parseIsoTime } from "./time.ts";

const task: Task = {
  taskId: 2n ** 64n - 1n,
  runId: 5n,
  type: "flwr-serverapp",
  status: "running",
  subStatus: "",
  details: "",
  pendingAt: 1_763_833_993_035,
  startingAt: 1_763_833_994_000,
  tokenHash: "secret",
  fabHash: "ff",
};
const run: Run = {
  runId: 5n,
  seriesId: 6n,
  fabId: "me/app",
  fabVersion: "1.0.0",
  fabHash: "ff",
  overrideConfig: new Map([["a.b", 3n]]),
  federation: "@none/default",
  ownerId: "<id:none>",
  ownerName: "<name:none>",
  primaryTaskId: task.taskId,
  primaryTaskType: "flwr-serverapp",
  bytesSent: 10,
  bytesReceived: 20,
  clientAppRuntimeS: 1.5,
};

Deno.test("a run shows its primary task's status and times, and nothing of its token", () => {
  const wire = decode("Run", encode("Run", runToProto(run, task)));
  assertEquals({ ...wire.status }, { status: "running", sub_status: "", details: "" });
  assertEquals([wire.pending_at, wire.running_at], ["2025-11-22T17:53:13.035000+00:00", ""]);
  assertEquals(wire.primary_task_id, "18446744073709551615");
  assertEquals([wire.bytes_sent, wire.bytes_recv, wire.clientapp_runtime], ["10", "20", 1.5]);
  assertEquals([wire.flwr_aid, wire.account_name], ["<id:none>", ""]);
  assertEquals(JSON.stringify(wire).includes("secret"), false);
  const info = runFromProto(wire);
  assertEquals(info.overrideConfig, run.overrideConfig);
  assertEquals([info.runId, info.seriesId, info.status, info.fabHash], [5n, 6n, "running", "ff"]);
});

Deno.test("a run that a peer does not know is read as one without a status", () => {
  const info = runFromProto(decode("Run", new Uint8Array()));
  assertEquals([info.runId, info.status, info.subStatus, info.details], [0n, "", "", ""]);
});

Deno.test("a task has only the references that it has", () => {
  const wire = decode("Task", encode("Task", taskToProto(task)));
  assertEquals([wire.task_id, wire.type, wire.fab_hash], ["18446744073709551615", "flwr-serverapp", "ff"]);
  assertEquals(["model_ref" in wire, "connector_ref" in wire], [false, false]);
});

Deno.test("a node's times are absent until they come", () => {
  const node: Node = {
    nodeId: 9n,
    ownerId: "o",
    ownerName: "n",
    status: "registered",
    registeredAt: 0,
    onlineUntil: 0,
    heartbeatIntervalS: 30,
    publicKey: Uint8Array.of(1),
  };
  const wire = decode("NodeInfo", encode("NodeInfo", nodeInfoToProto(node)));
  assertEquals(wire.registered_at, "1970-01-01T00:00:00.000000+00:00");
  assertEquals(["last_activated_at" in wire, "online_until" in wire], [false, false]);
  const gone = decode("NodeInfo", encode("NodeInfo", nodeInfoToProto({ ...node, status: "unregistered" })));
  assertEquals(gone.online_until, 0);
  const online: Node = { ...node, status: "online", lastActivatedAt: 1000, onlineUntil: 61_500 };
  const later = decode("NodeInfo", encode("NodeInfo", nodeInfoToProto(online)));
  assertEquals([later.last_activated_at, later.online_until], ["1970-01-01T00:00:01.000000+00:00", 61.5]);
});

Deno.test("instants are read in every form that peers write", () => {
  assertEquals(parseIsoTime(isoTime(1_763_833_993_035)), 1_763_833_993_035);
  assertEquals(parseIsoTime("2025-11-22T17:53:13.035744+00:00"), 1_763_833_993_035);
  assertEquals(parseIsoTime("2025-11-22T17:53:13+00:00"), 1_763_833_993_000);
  assertEquals(parseIsoTime(""), undefined);
  assertThrows(() => parseIsoTime("soon"), RangeError, '"soon"');
});
