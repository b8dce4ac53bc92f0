import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Node } from "../model/node.ts";
import { changeNode, isOnline, newNode, type NodeEvent, settleNode, takesMessages } from "./node_life.ts";

const NOW = 1_000_000;
const registered = newNode(5n, {
  ownerId: "<id:none>",
  ownerName: "none",
  publicKey: new Uint8Array([1]),
  heartbeatIntervalS: 30,
  nowMs: NOW - 100,
});
const online: Node = { ...registered, status: "online", onlineUntil: NOW + 1, lastActivatedAt: NOW - 90 };
const silent: Node = { ...online, onlineUntil: NOW };
const offline: Node = { ...online, status: "offline", onlineUntil: NOW - 10, lastDeactivatedAt: NOW - 10 };
const unregistered: Node = { ...offline, status: "unregistered", unregisteredAt: NOW - 5 };

const states = { registered, online, silent, offline, unregistered };
const there = { isCutOff: false, heardAtMs: NOW - 1 };
const events: Record<string, NodeEvent> = {
  activate: { kind: "activate", heartbeatIntervalS: 30, former: there },
  takeOver: { kind: "activate", heartbeatIntervalS: 30, former: { ...there, isCutOff: true } },
  badActivate: { kind: "activate", heartbeatIntervalS: 9.9, former: { ...there, isCutOff: true } },
  heartbeat: { kind: "heartbeat", heartbeatIntervalS: 1_800 },
  badHeartbeat: { kind: "heartbeat", heartbeatIntervalS: 1_801 },
  deactivate: { kind: "deactivate" },
  unregister: { kind: "unregister" },
};
const table: Record<keyof typeof states, string[]> = {
  registered: ["online", "online", "-badInterval", "online", "-badInterval", "-notOnline", "unregistered"],
  online: ["-alreadyOnline", "online", "-badInterval", "online", "-badInterval", "offline", "unregistered"],
  silent: ["online", "online", "-badInterval", "online", "-badInterval", "-notOnline", "unregistered"],
  offline: ["online", "online", "-badInterval", "online", "-badInterval", "-notOnline", "unregistered"],
  unregistered: Object.keys(events).map(() => "-unregistered"),
};
for (const [state, row] of Object.entries(table)) {
  for (const [index, [name, event]] of Object.entries(events).entries()) {
    Deno.test(`a node that is ${state}: ${name} -> ${row[index]}`, () => {
      const change = changeNode(states[state as keyof typeof states], event, NOW);
      assertEquals(change.outcome === "refused" ? `-${change.reason}` : change.node.status, row[index]);
    });
  }
}

Deno.test("a heartbeat holds for two intervals; who is back is activated anew", () => {
  const beat: NodeEvent = { kind: "heartbeat", heartbeatIntervalS: 10 };
  assertEquals(changeNode(online, beat, NOW).node, {
    ...online,
    heartbeatIntervalS: 10,
    onlineUntil: NOW + 20_000,
  });
  assertEquals(changeNode(silent, beat, NOW).node.lastActivatedAt, NOW);
  assertEquals(changeNode(online, events.takeOver, NOW).node.lastActivatedAt, NOW);
});

for (
  const [name, former, expected] of [
    ["was heard within a heartbeat's time", { isCutOff: false, heardAtMs: NOW - 29_999 }, "refused"],
    ["was silent for a heartbeat's time", { isCutOff: false, heardAtMs: NOW - 30_000 }, "changed"],
    ["has lost its connection", { isCutOff: true, heardAtMs: NOW }, "changed"],
    ["was never heard here", { isCutOff: true }, "changed"],
  ] as const
) {
  Deno.test(`the place of a process that ${name} may be taken: ${expected}`, () => {
    const event: NodeEvent = { kind: "activate", heartbeatIntervalS: 1_800, former };
    assertEquals(changeNode(online, event, NOW).outcome, expected);
  });
}

Deno.test("who falls silent is offline from the instant its time ended", () => {
  const late = settleNode(online, NOW + 500);
  assertEquals([late.status, late.lastDeactivatedAt], ["offline", NOW + 1]);
});

Deno.test("unregistering cuts what was left of a node's time, and never adds to it", () => {
  assertEquals(changeNode(online, events.unregister, NOW).node.onlineUntil, NOW);
  assertEquals(changeNode(offline, events.unregister, NOW).node.onlineUntil, NOW - 10);
});

Deno.test("messages are taken for nodes that came at least once and are not gone for ever", () => {
  assertEquals(Object.values(states).map(takesMessages), [false, true, true, true, false]);
});

const anyStep = fc.record({
  after: fc.integer({ min: 0, max: 90_000 }),
  event: fc.constantFrom(...Object.values(events)),
});

Deno.test("whatever happens: gone is gone, and online means that its time is not over", () => {
  fc.assert(fc.property(fc.array(anyStep, { maxLength: 30 }), (story) => {
    let node = registered;
    let now = NOW;
    for (const { after, event } of story) {
      now += after;
      const next = changeNode(node, event, now).node;
      if (node.status === "unregistered") assertEquals(next, node);
      assertEquals(isOnline(next, now), next.status === "online");
      if (next.status === "online") assertEquals(next.onlineUntil > now, true);
      node = next;
    }
  }));
});
