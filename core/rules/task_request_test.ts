import { assertEquals } from "@std/assert";
import type { Metadata } from "../model/message.ts";
import type { Task } from "../model/task.ts";
import { endTask, newTask } from "./task_life.ts";
import { judgeTaskRequest, mayGoBetweenTasks } from "./task_request.ts";

const requests: [Parameters<typeof judgeTaskRequest>[0], string][] = [
  [{ type: "flwr-serverapp", fab_hash: "h" }, "valid"],
  [{ type: "flwr-serverapp" }, "Task type 'flwr-serverapp' requires fab_hash."],
  [{ type: "flwr-clientapp", fab_hash: "" }, "Task type 'flwr-clientapp' requires fab_hash."],
  [{ type: "flwr-agentapp", model_ref: "m" }, "Task type 'flwr-agentapp' requires fab_hash."],
  [{ type: "flwr-model", model_ref: "m" }, "valid"],
  [{ type: "flwr-model" }, "Task type 'flwr-model' requires model_ref."],
  [{ type: "flwr-connector" }, "Task type 'flwr-connector' requires connector_ref."],
  [{ type: "flwr-simulation" }, "valid"],
  [{ type: "" }, "Invalid task type: "],
  [{ type: "toString" }, "Invalid task type: toString"],
];
for (const [request, expected] of requests) {
  Deno.test(`a request for another task: ${JSON.stringify(request)}`, () => {
    const verdict = judgeTaskRequest(request);
    assertEquals(verdict.outcome === "refused" ? verdict.text : verdict.outcome, expected);
  });
}

const NOW = 1_760_000_000_000;
const task = (taskId: bigint, runId = 3n): Task =>
  newTask({ taskId, runId, type: "flwr-model" }, { nowMs: NOW });
const message: Metadata = {
  runId: 3n,
  messageId: "m",
  srcNodeId: 1n,
  dstNodeId: 1n,
  replyToMessageId: "",
  groupId: "",
  ttl: 10,
  messageType: "query",
  createdAt: NOW / 1_000 - 5,
};
const ended = endTask(task(2n), { subStatus: "failed", details: "", atMs: NOW });
const messages: [string, Metadata, Task | undefined, boolean][] = [
  ["between two tasks", message, task(2n), true],
  ["of another run", { ...message, runId: 4n }, task(2n), false],
  ["to a task of another run", message, task(2n, 4n), false],
  ["to no task", message, undefined, false],
  ["to a task that is over", message, ended, false],
  ["without an id", { ...message, messageId: "" }, task(2n), false],
  ["from a node", { ...message, srcNodeId: 7n }, task(2n), false],
  ["to a node", { ...message, dstNodeId: 7n }, task(2n), false],
  ["whose time is over", { ...message, ttl: 5 }, task(2n), false],
];
for (const [name, metadata, receiver, expected] of messages) {
  Deno.test(`a task message ${name}: ${expected ? "goes" : "is refused"}`, () => {
    assertEquals(mayGoBetweenTasks(metadata, { sender: task(1n), receiver, nowMs: NOW }), expected);
  });
}
