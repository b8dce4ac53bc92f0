import { assertEquals } from "@std/assert";
import type { Status, SubStatus } from "../model/task.ts";
import { runGate } from "./run_gate.ts";

const table: [Status, SubStatus, string | undefined][] = [
  ["pending", "", "Run is pending."],
  ["starting", "", "Run is starting."],
  ["running", "", undefined],
  ["finished", "completed", "Run is finished."],
  ["finished", "failed", "Run is finished."],
  ["finished", "stopped", "Run is finished. Stopped by user."],
];
for (const [status, subStatus, text] of table) {
  Deno.test(`the gate of a run that is ${status} ${subStatus}`, () => {
    const gate = runGate({ status, subStatus, details: "" });
    assertEquals(gate, text === undefined ? { open: true } : { open: false, text });
  });
}
