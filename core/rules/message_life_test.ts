import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Node } from "../model/node.ts";
import {
  answerFor,
  type MessageState,
  nextDelivery,
  recall,
  storeInstruction,
  storeReply,
} from "./message_life.ts";
import { newNode } from "./node_life.ts";

const NOW = 1_760_000_000_000;
const SECONDS = NOW / 1_000;
const running = { status: "running", subStatus: "", details: "" } as const;
const finished = { status: "finished", subStatus: "completed", details: "" } as const;
const node: Node = {
  ...newNode(7n, {
    ownerId: "",
    ownerName: "",
    publicKey: new Uint8Array(),
    heartbeatIntervalS: 30,
    nowMs: NOW,
  }),
  status: "online",
  onlineUntil: NOW + 60_000,
};
const instruction: MessageState = {
  metadata: {
    runId: 3n,
    messageId: "i",
    srcNodeId: 1n,
    dstNodeId: 7n,
    replyToMessageId: "",
    groupId: "",
    ttl: 100,
    messageType: "train",
    createdAt: SECONDS - 10,
  },
  complete: true,
};
const reply: MessageState = {
  complete: true,
  metadata: {
    ...instruction.metadata,
    messageId: "r",
    srcNodeId: 7n,
    dstNodeId: 1n,
    replyToMessageId: "i",
    createdAt: SECONDS,
    ttl: 90,
  },
};
const dying = (message: MessageState): MessageState => ({
  ...message,
  metadata: { ...message.metadata, ttl: SECONDS - message.metadata.createdAt },
});

const instructions: [string, Parameters<typeof storeInstruction>[0], string][] = [
  ["an online node", { run: running, node, earlier: undefined }, "store"],
  ["an offline node", { run: running, node: { ...node, status: "offline" }, earlier: undefined }, "store"],
  ["a node that never came", {
    run: running,
    node: { ...node, status: "registered" },
    earlier: undefined,
  }, "nodeUnavailable"],
  ["a node that is gone", {
    run: running,
    node: { ...node, status: "unregistered" },
    earlier: undefined,
  }, "nodeUnavailable"],
  ["no such node", { run: running, node: undefined, earlier: undefined }, "nodeUnavailable"],
  ["no such run", { run: undefined, node, earlier: undefined }, "runUnknown"],
  ["a run that is over", { run: finished, node, earlier: instruction }, "runFinished"],
  ["the same message again", { run: running, node, earlier: instruction }, "again"],
  ["the same message again, its node gone", { run: running, node: undefined, earlier: instruction }, "again"],
];
for (const [name, known, expected] of instructions) {
  Deno.test(`an instruction for ${name}: ${expected}`, () => assertEquals(storeInstruction(known), expected));
}

const known = { run: running, instruction, earlier: undefined, nowMs: NOW };
const withTtl = (ttl: number) => ({ ...reply.metadata, ttl });
const replies: [string, MessageState["metadata"], Parameters<typeof storeReply>[1], string][] = [
  ["in time", reply.metadata, known, "store"],
  ["to nothing", reply.metadata, { ...known, instruction: undefined }, "instructionUnknown"],
  [
    "to an expired instruction",
    reply.metadata,
    { ...known, instruction: dying(instruction) },
    "instructionExpired",
  ],
  ["from another node", { ...reply.metadata, srcNodeId: 8n }, known, "wrongSender"],
  [
    "after another reply",
    { ...reply.metadata, messageId: "r2" },
    { ...known, earlier: reply },
    "alreadyReplied",
  ],
  ["that is sent again", reply.metadata, { ...known, earlier: reply }, "again"],
  ["that lives as long as allowed", withTtl(90.1 - 1e-6), known, "store"],
  ["that lives too long", withTtl(90.11), known, "outlivesInstruction"],
  ["for an unknown run", reply.metadata, { ...known, run: undefined }, "runUnknown"],
  ["for a run that is over", reply.metadata, { ...known, run: finished }, "runFinished"],
];
for (const [name, metadata, state, expected] of replies) {
  Deno.test(`a reply ${name}: ${expected}`, () => assertEquals(storeReply(metadata, state), expected));
}

const given = { ...reply, deliveredAt: NOW - 1 };
const asked = { instruction, reply: undefined, node, nowMs: NOW, mayRepeat: false };
const answers: [string, Parameters<typeof answerFor<MessageState>>[0], unknown][] = [
  ["nobody knows the id", { ...asked, instruction: undefined }, { kind: "error", code: 3 }],
  ["the instruction expired", { ...asked, instruction: dying(instruction), reply }, {
    kind: "error",
    code: 3,
  }],
  ["the node is gone", { ...asked, node: { ...node, onlineUntil: NOW } }, { kind: "error", code: 5 }],
  ["the node is gone amid its reply", {
    ...asked,
    node: { ...node, onlineUntil: NOW },
    reply: { ...reply, complete: false },
  }, { kind: "error", code: 5 }],
  ["the node is gone and its reply is there", { ...asked, node: { ...node, onlineUntil: NOW }, reply }, {
    kind: "reply",
    reply,
  }],
  ["the node is unregistered and its reply is there", {
    ...asked,
    node: { ...node, status: "unregistered" },
    reply,
  }, { kind: "reply", reply }],
  ["there is no such node", { ...asked, node: undefined }, { kind: "error", code: 5 }],
  ["there is nothing yet", asked, { kind: "wait", untilMs: NOW + 60_000 }],
  ["the instruction ends before the node's time", {
    ...asked,
    instruction: { ...instruction, metadata: { ...instruction.metadata, ttl: 20 } },
  }, { kind: "wait", untilMs: NOW + 10_000 }],
  ["the reply's objects are still coming", { ...asked, reply: { ...reply, complete: false } }, {
    kind: "wait",
    untilMs: NOW + 60_000,
  }],
  ["there is a reply", { ...asked, reply }, { kind: "reply", reply }],
  ["the reply expired", { ...asked, reply: dying(reply) }, { kind: "error", code: 4 }],
  ["it was given already", { ...asked, instruction: undefined, reply: given }, { kind: "error", code: 3 }],
  ["it was given already and may be given again", {
    ...asked,
    instruction: undefined,
    reply: given,
    mayRepeat: true,
  }, { kind: "again", reply: given }],
];
for (const [name, question, expected] of answers) {
  Deno.test(`an answer when ${name}`, () => assertEquals<unknown>(answerFor(question), expected));
}

const waiting = fc.record({
  complete: fc.boolean(),
  delivered: fc.boolean(),
  expired: fc.boolean(),
});
Deno.test("a node gets the oldest message that is complete, new and alive, whatever stands before it", () => {
  fc.assert(fc.property(fc.array(waiting), (shapes) => {
    const messages = shapes.map((shape, index): MessageState => ({
      ...(shape.expired ? dying(instruction) : instruction),
      complete: shape.complete,
      deliveredAt: shape.delivered ? index : undefined,
    }));
    const expected = shapes.findIndex((shape) => shape.complete && !shape.delivered && !shape.expired);
    assertEquals(nextDelivery(messages, NOW), messages[expected]);
  }));
});

const handedOut = { ...instruction, deliveredAt: NOW, deliveries: 1 };
for (
  const [name, message, answer, expected] of [
    ["was never handed out", { ...instruction, deliveries: 0 }, undefined, "nothing"],
    ["was handed out, and nothing came back", handedOut, undefined, "deliverAgain"],
    [
      "was handed out twice, and nothing came back",
      { ...handedOut, deliveries: 2 },
      undefined,
      "deliverAgain",
    ],
    [
      "was handed out three times, and nothing came back",
      { ...handedOut, deliveries: 3 },
      undefined,
      "giveUp",
    ],
    ["was confirmed", { ...handedOut, confirmedAt: NOW }, undefined, "nothing"],
    ["was answered in part", handedOut, { ...reply, complete: false }, "deliverAgain"],
    ["was answered", handedOut, reply, "nothing"],
    ["expired", { ...dying(instruction), deliveredAt: NOW, deliveries: 1 }, undefined, "nothing"],
  ] as const
) {
  Deno.test(`what becomes of a message that ${name} when its node asks for more: ${expected}`, () => {
    assertEquals(recall(message, { reply: answer, nowMs: NOW }), expected);
  });
}
