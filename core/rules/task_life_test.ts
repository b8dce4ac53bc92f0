import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Task } from "../model/task.ts";
import { CLAIM_LEASE_MS, RUN_LEASE_MS } from "./lease.ts";
import { asEnding, changeTask, newTask, NO_HEARTBEAT, settleTask, type TaskEvent } from "./task_life.ts";

const NOW = 1_000_000;
const pending = newTask({ taskId: 1n, runId: 2n, type: "flwr-serverapp" }, { nowMs: NOW - 5_000 });
const starting: Task = {
  ...pending,
  status: "starting",
  startingAt: NOW - 4_000,
  tokenHash: "t",
  leaseUntil: NOW + 1_000,
};
const running: Task = { ...starting, status: "running", runningAt: NOW - 3_000 };
const { tokenHash: _, leaseUntil: __, ...ended } = running;
const finished: Task = { ...ended, status: "finished", subStatus: "completed", finishedAt: NOW - 1 };
const lapsedStarting: Task = { ...starting, leaseUntil: NOW };
const lapsedRunning: Task = { ...running, leaseUntil: NOW - 7 };

const states = { pending, starting, running, finished, lapsedStarting, lapsedRunning };
const events: Record<string, TaskEvent> = {
  claim: { kind: "claim", tokenHash: "new" },
  start: { kind: "start" },
  heartbeat: { kind: "heartbeat" },
  completed: { kind: "end", subStatus: "completed", details: "" },
  failed: { kind: "end", subStatus: "failed", details: "why" },
  endStopped: { kind: "end", subStatus: "stopped", details: "" },
  stop: { kind: "stop" },
};

/** What stands at the crossing: the status afterwards, or the refusal. */
const table: Record<keyof typeof states, Record<string, string>> = {
  pending: {
    claim: "starting",
    start: "-notStarting",
    heartbeat: "-notClaimed",
    completed: "-notRunning",
    failed: "finished:failed",
    endStopped: "finished:stopped",
    stop: "finished:stopped",
  },
  starting: {
    claim: "-notPending",
    start: "running",
    heartbeat: "starting",
    completed: "-notRunning",
    failed: "finished:failed",
    endStopped: "finished:stopped",
    stop: "finished:stopped",
  },
  running: {
    claim: "-notPending",
    start: "-notStarting",
    heartbeat: "running",
    completed: "finished:completed",
    failed: "finished:failed",
    endStopped: "finished:stopped",
    stop: "finished:stopped",
  },
  finished: Object.fromEntries(Object.keys(events).map((event) => [event, "-finished"])),
  lapsedStarting: {
    claim: "starting",
    start: "-notStarting",
    heartbeat: "-notClaimed",
    completed: "-notRunning",
    failed: "finished:failed",
    endStopped: "finished:stopped",
    stop: "finished:stopped",
  },
  lapsedRunning: Object.fromEntries(Object.keys(events).map((event) => [event, "-finished"])),
};

for (const [state, row] of Object.entries(table)) {
  for (const [event, expected] of Object.entries(row)) {
    Deno.test(`a ${state} task: ${event} -> ${expected}`, () => {
      const change = changeTask(states[state as keyof typeof states], events[event], NOW);
      const { status, subStatus } = change.task;
      const got = change.outcome === "refused"
        ? `-${change.reason}`
        : subStatus
        ? `${status}:${subStatus}`
        : status;
      assertEquals(got, expected);
    });
  }
}

Deno.test("the table crosses every state with every event", () => {
  for (const row of Object.values(table)) assertEquals(Object.keys(row).sort(), Object.keys(events).sort());
});

Deno.test("leases: a claim gives 30 s, the start and each heartbeat 60 s", () => {
  assertEquals(changeTask(pending, events.claim, NOW).task.leaseUntil, NOW + CLAIM_LEASE_MS);
  assertEquals(changeTask(starting, events.start, NOW).task.leaseUntil, NOW + RUN_LEASE_MS);
  assertEquals(changeTask(starting, events.heartbeat, NOW).task.leaseUntil, NOW + RUN_LEASE_MS);
});

Deno.test("a starting task that lapsed is as if nobody had claimed it", () => {
  assertEquals(settleTask(lapsedStarting, NOW), pending);
});

Deno.test("a running task that lapsed failed at the instant its lease ended", () => {
  assertEquals(settleTask(lapsedRunning, NOW), {
    ...finished,
    subStatus: "failed",
    details: NO_HEARTBEAT,
    finishedAt: NOW - 7,
  });
});

Deno.test("only the three endings are endings", () => {
  assertEquals(["completed", "failed", "stopped", "", "running"].map(asEnding), [
    "completed",
    "failed",
    "stopped",
    undefined,
    undefined,
  ]);
});

const anyEvent = fc.record({
  after: fc.integer({ min: 0, max: 70_000 }),
  event: fc.constantFrom(...Object.values(events)),
});

Deno.test("whatever happens: finished is final, a token exists exactly while claimed, times never go back", () => {
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 30 }), (story) => {
    let task = pending;
    let now = NOW;
    for (const { after, event } of story) {
      now += after;
      const next = changeTask(task, event, now).task;
      if (task.status === "finished") assertEquals(next, task);
      const claimed = next.status === "starting" || next.status === "running";
      assertEquals([next.tokenHash !== undefined, next.leaseUntil !== undefined], [claimed, claimed]);
      assertEquals(next.subStatus !== "", next.status === "finished");
      const times = [next.pendingAt, next.startingAt, next.runningAt, next.finishedAt].filter((at) =>
        at !== undefined
      );
      assertEquals(times, times.toSorted((a, b) => a - b));
      assertEquals(settleTask(next, now), next);
      task = next;
    }
  }));
});
