import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RUN_LEASE_MS } from "./lease.ts";
import { changeRun, runStatusOf, settleRun, type TasksOfRun } from "./run_life.ts";
import { changeTask, newTask, NO_HEARTBEAT, type TaskEvent } from "./task_life.ts";

const NOW = 1_000_000;
const task = (taskId: bigint, type: "flwr-serverapp" | "flwr-model" = "flwr-model") =>
  newTask({ taskId, runId: 9n, type }, { nowMs: NOW });
const claim: TaskEvent = { kind: "claim", tokenHash: "t" };
const runningTask = (taskId: bigint) =>
  changeTask(changeTask(task(taskId), claim, NOW).task, { kind: "start" }, NOW).task;

/** A run whose primary task (1) runs, with one helper running (2), one waiting (3) and one done (4). */
const done = changeTask(runningTask(4n), { kind: "end", subStatus: "completed", details: "" }, NOW).task;
const run: TasksOfRun = {
  primaryTaskId: 1n,
  tasks: [runningTask(1n), runningTask(2n), task(3n), done],
};

const cascades: [string, TaskEvent, { status: string; others: string }][] = [
  ["stop", { kind: "stop" }, {
    status: "stopped/",
    others: "stopped/Task stopped because the run was stopped",
  }],
  ["a reported stop", { kind: "end", subStatus: "stopped", details: "" }, {
    status: "stopped/",
    others: "stopped/Task stopped because the run was stopped",
  }],
  ["completion", { kind: "end", subStatus: "completed", details: "" }, {
    status: "completed/",
    others: "failed/Task failed because the run finished",
  }],
  ["failure", { kind: "end", subStatus: "failed", details: "boom" }, {
    status: "failed/boom",
    others: "failed/Task failed because the run finished",
  }],
];
for (const [name, event, expected] of cascades) {
  Deno.test(`${name} of the primary task ends every task of the run`, () => {
    const change = changeRun(run, { ...event, taskId: 1n }, NOW + 5);
    const shown = change.tasks.map((task) => `${task.subStatus}/${task.details}`);
    assertEquals(shown, [expected.status, expected.others, expected.others, "completed/"]);
    assert(change.ended);
    assertEquals(change.changed.map((task) => task.taskId), [1n, 2n, 3n]);
    assertEquals(change.changed.map((task) => task.finishedAt), [NOW + 5, NOW + 5, NOW + 5]);
  });
}

Deno.test("a primary task that falls silent expires the run at the instant its lease ended", () => {
  const late = NOW + RUN_LEASE_MS + 5_000;
  const helper = changeTask(run.tasks[1], { kind: "heartbeat" }, late - 10_000).task;
  const change = settleRun({ ...run, tasks: run.tasks.with(1, helper) }, late);
  assertEquals(change.tasks.map((task) => task.details), [
    NO_HEARTBEAT,
    "Task failed because the run expired",
    "Task failed because the run expired",
    "",
  ]);
  assertEquals(change.tasks[1].finishedAt, NOW + RUN_LEASE_MS);
});

Deno.test("another task's end leaves the run as it is", () => {
  const change = changeRun(run, { kind: "end", subStatus: "failed", details: "x", taskId: 2n }, NOW);
  assertEquals([change.ended, change.changed.length, change.tasks[0].status], [false, 1, "running"]);
});

Deno.test("an event that comes too late is refused, and time's own doing is told", () => {
  const change = changeRun(run, { kind: "heartbeat", taskId: 1n }, NOW + RUN_LEASE_MS);
  assertEquals([change.outcome, change.reason, change.ended], ["refused", "finished", true]);
});

Deno.test("a run ends once", () => {
  const stopped = changeRun(run, { kind: "stop", taskId: 1n }, NOW);
  const again = changeRun({ ...run, tasks: stopped.tasks }, { kind: "stop", taskId: 1n }, NOW);
  assertEquals([again.outcome, again.ended, again.changed], ["refused", false, []]);
});

Deno.test("a task of another run is a mistake of the caller", () => {
  assertThrows(() => changeRun(run, { kind: "stop", taskId: 77n }, NOW), TypeError, "no such task");
});

const anyEvent = fc.record({
  after: fc.integer({ min: 0, max: 40_000 }),
  taskId: fc.constantFrom(1n, 2n, 3n, 4n),
  event: fc.constantFrom<TaskEvent>(claim, { kind: "start" }, { kind: "heartbeat" }, { kind: "stop" }, {
    kind: "end",
    subStatus: "completed",
    details: "",
  }),
});

Deno.test("whatever happens: the run's status is its primary task's, and nothing outlives it", () => {
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 30 }), (story) => {
    let state: TasksOfRun = { primaryTaskId: 1n, tasks: [1n, 2n, 3n, 4n].map((id) => task(id)) };
    let now = NOW;
    let ends = 0;
    for (const { after, taskId, event } of story) {
      now += after;
      const change = changeRun(state, { ...event, taskId }, now);
      ends += Number(change.ended);
      state = { ...state, tasks: change.tasks };
      const over = runStatusOf(state.tasks[0]).status === "finished";
      assertEquals(ends, Number(over));
      if (over) assert(state.tasks.every((task) => task.status === "finished"));
    }
  }));
});
