import { assertEquals } from "@std/assert";
import type { Metadata } from "../model/message.ts";
import { TaskMessages } from "./task_messages.ts";

const NONE_EXPIRES = { isExpired: () => false };

function aMessage(
  messageId: string,
  changes: Partial<Metadata> = {},
): { metadata: Metadata; message: string } {
  const metadata: Metadata = {
    ...{ runId: 7n, messageId, srcNodeId: 1n, dstNodeId: 1n, replyToMessageId: "", groupId: "", ttl: 60 },
    ...{ messageType: "query", createdAt: 100, srcTaskId: 1n, dstTaskId: 2n, ...changes },
  };
  return { metadata, message: messageId };
}

Deno.test("a task takes what it was sent, oldest first, up to a limit, once", () => {
  const messages = new TaskMessages<string>();
  messages.add(aMessage("late", { createdAt: 102 }));
  messages.add(aMessage("early", { createdAt: 100 }));
  messages.add(aMessage("other task", { dstTaskId: 3n }));
  messages.add(aMessage("other run", { runId: 8n }));
  const task = { runId: 7n, taskId: 2n };
  assertEquals(messages.take(task, { limit: 0, ...NONE_EXPIRES }), []);
  assertEquals(messages.take(task, { limit: 1, ...NONE_EXPIRES }), ["early"]);
  assertEquals(messages.take(task, { limit: Infinity, ...NONE_EXPIRES }), ["late"]);
  assertEquals(messages.take(task, { limit: Infinity, ...NONE_EXPIRES }), []);
  assertEquals(messages.take({ ...task, taskId: 3n }, { limit: 9, ...NONE_EXPIRES }), ["other task"]);
});

Deno.test("an id waits once in a run, and may be used again when it was taken", () => {
  const messages = new TaskMessages<string>();
  assertEquals(messages.add(aMessage("a")), true);
  assertEquals(messages.add(aMessage("a", { dstTaskId: 3n })), false);
  assertEquals(messages.add(aMessage("a", { runId: 8n })), true);
  messages.take({ runId: 7n, taskId: 2n }, { limit: 1, ...NONE_EXPIRES });
  assertEquals(messages.add(aMessage("a")), true);
});

Deno.test("what has expired goes unread, and what belongs to a run that is over", () => {
  const messages = new TaskMessages<string>();
  messages.add(aMessage("short", { ttl: 1 }));
  messages.add(aMessage("long"));
  messages.add(aMessage("gone", { runId: 8n }));
  messages.forget(8n);
  const limit = Infinity;
  const isExpired = ({ ttl }: Metadata) => ttl < 10;
  assertEquals(messages.take({ runId: 7n, taskId: 2n }, { limit, isExpired }), ["long"]);
  assertEquals(messages.take({ runId: 8n, taskId: 2n }, { limit, isExpired }), []);
});
