import { assertEquals } from "@std/assert";
import type { Node } from "../model/node.ts";
import type { Task } from "../model/task.ts";
import { CLAIM_LEASE_MS, RUN_LEASE_MS } from "./lease.ts";
import { newNode } from "./node_life.ts";
import { nodeAfterRestart, RESTARTED, tasksAfterRestart } from "./restart.ts";
import { newTask } from "./task_life.ts";

const NOW = 1_000_000;
const pending = newTask({ taskId: 1n, runId: 2n, type: "flwr-serverapp" }, { nowMs: NOW - 5_000 });
const lease = { tokenHash: "t", startingAt: NOW - 4_000, leaseUntil: NOW - 1 };
const starting: Task = { ...pending, ...lease, status: "starting" };
const running: Task = { ...starting, status: "running", runningAt: NOW - 3_000 };
const { tokenHash: _, leaseUntil: __, ...ended } = running;
const finished: Task = { ...ended, status: "finished", subStatus: "completed", finishedAt: NOW - 1 };
const failed: Task = {
  ...ended,
  status: "finished",
  subStatus: "failed",
  details: RESTARTED,
  finishedAt: NOW,
};
const longer = (task: Task): Task => ({ ...task, leaseUntil: NOW + RUN_LEASE_MS });
const claimedAnew: Task = { ...starting, leaseUntil: NOW + CLAIM_LEASE_MS };

const table: [Task, { subprocess: Task; process: Task }][] = [
  [pending, { subprocess: pending, process: pending }],
  [starting, { subprocess: pending, process: claimedAnew }],
  [running, { subprocess: failed, process: longer(running) }],
  [finished, { subprocess: finished, process: finished }],
];
for (const [before, after] of table) {
  for (const isolation of ["subprocess", "process"] as const) {
    Deno.test(`a ${before.status} task after a restart, isolation ${isolation}`, () => {
      const change = tasksAfterRestart({ primaryTaskId: 1n, tasks: [before] }, isolation, NOW);
      assertEquals(change.tasks, [after[isolation]]);
      assertEquals(change.ended, after[isolation] === failed);
      assertEquals(change.changed.length, after[isolation] === before ? 0 : 1);
    });
  }
}

Deno.test("a lease that is longer already stays", () => {
  const task = { ...running, leaseUntil: NOW + RUN_LEASE_MS + 1 };
  assertEquals(tasksAfterRestart({ primaryTaskId: 1n, tasks: [task] }, "process", NOW).changed, []);
});

Deno.test("a run that a restart ends takes its other tasks with it", () => {
  const other = { ...pending, taskId: 8n };
  const change = tasksAfterRestart({ primaryTaskId: 1n, tasks: [running, other] }, "subprocess", NOW);
  assertEquals(change.tasks[1].details, "Task failed because the run finished");
});

Deno.test("a node that was online gets one interval to report; others stay as they are", () => {
  const key = { ownerId: "", ownerName: "", publicKey: new Uint8Array(), heartbeatIntervalS: 30, nowMs: 0 };
  const online: Node = { ...newNode(5n, key), status: "online", onlineUntil: NOW - 500_000 };
  assertEquals(nodeAfterRestart(online, NOW).onlineUntil, NOW + 30_000);
  const fresh = { ...online, onlineUntil: NOW + 55_000 };
  assertEquals(nodeAfterRestart(fresh, NOW), fresh);
  const offline: Node = { ...online, status: "offline" };
  assertEquals(nodeAfterRestart(offline, NOW), offline);
});
