import { type Envelope, ErrorCode, type Metadata } from "../model/message.ts";
import type { Node } from "../model/node.ts";
import { isOnline, takesMessages } from "./node_life.ts";
import type { RunStatus } from "./run_life.ts";

/** A reply may outlive its instruction by this much before it is refused. Seconds. */
const TTL_TOLERANCE_S = 0.1;

/** A message as these rules see it: an envelope, and how far it came. */
export interface MessageState extends Envelope {
  readonly complete: boolean;
  /** Unix milliseconds. */
  readonly deliveredAt?: number;
  /** When its receiver said that it has all of it. Unix milliseconds. */
  readonly confirmedAt?: number;
}

/** Whether a message is stored, was stored before, or why not. */
export type StoreVerdict =
  | "store"
  | "again"
  | "runUnknown"
  | "runFinished"
  | "nodeUnavailable"
  | "instructionUnknown"
  | "instructionExpired"
  | "wrongSender"
  | "alreadyReplied"
  | "outlivesInstruction";

/** When a message stops to count, in Unix milliseconds. */
export function expiresAt(metadata: Pick<Metadata, "createdAt" | "ttl">): number {
  return (metadata.createdAt + metadata.ttl) * 1_000;
}

/** Whether a message's time is over. */
export function isExpired(metadata: Pick<Metadata, "createdAt" | "ttl">, nowMs: number): boolean {
  return expiresAt(metadata) <= nowMs;
}

/** Whether an instruction is stored. An offline node is fine: it may come back in time. */
export function storeInstruction(
  known: { run: RunStatus | undefined; node: Node | undefined; earlier: MessageState | undefined },
): StoreVerdict {
  if (!known.run) return "runUnknown";
  if (known.run.status === "finished") return "runFinished";
  if (known.earlier) return "again";
  if (!known.node || !takesMessages(known.node)) return "nodeUnavailable";
  return "store";
}

/** Whether a reply is stored: one for each instruction, from the node that was asked, in time. */
export function storeReply(
  reply: Metadata,
  known: {
    run: RunStatus | undefined;
    instruction: MessageState | undefined;
    earlier: MessageState | undefined;
    nowMs: number;
  },
): StoreVerdict {
  const { run, instruction, earlier, nowMs } = known;
  if (!run) return "runUnknown";
  if (run.status === "finished") return "runFinished";
  if (earlier?.metadata.messageId === reply.messageId) return "again";
  if (!instruction) return "instructionUnknown";
  if (instruction.metadata.dstNodeId !== reply.srcNodeId) return "wrongSender";
  if (isExpired(instruction.metadata, nowMs)) return "instructionExpired";
  if (earlier) return "alreadyReplied";
  const { createdAt, ttl } = instruction.metadata;
  if (reply.ttl - (createdAt + ttl - reply.createdAt) > TTL_TOLERANCE_S) return "outlivesInstruction";
  return "store";
}

/**
 * The message a node gets next: the oldest complete one that it was not given and whose time is not over.
 * One whose objects are still coming never blocks another.
 * @param waiting messages for the node, oldest first
 */
export function nextDelivery<M extends MessageState>(waiting: readonly M[], nowMs: number): M | undefined {
  return waiting.find((message) =>
    message.complete && message.deliveredAt === undefined && !isExpired(message.metadata, nowMs)
  );
}

/** So often a node is given the same instruction in all. */
export const MOST_DELIVERIES = 3;

/**
 * What is to be done about an instruction that a node was given before, when the node asks for more. A node confirms
 * what it got, or answers it, before it asks again; so what it did neither with never arrived, or could not be used.
 *
 * - `nothing`: it arrived, was answered, or its time is over;
 * - `deliverAgain`;
 * - `giveUp`: it was delivered as often as may be, so its ServerApp must not wait any longer.
 */
export type Recall = "nothing" | "deliverAgain" | "giveUp";

/** Decides about an instruction at which `reply` is the answer so far, whole or not. */
export function recall(
  instruction: MessageState & { readonly deliveries: number },
  { reply, nowMs }: { reply: MessageState | undefined; nowMs: number },
): Recall {
  const { deliveries, complete, confirmedAt, metadata } = instruction;
  if (deliveries === 0 || !complete || confirmedAt !== undefined) return "nothing";
  if (reply?.complete || isExpired(metadata, nowMs)) return "nothing";
  return deliveries < MOST_DELIVERIES ? "deliverAgain" : "giveUp";
}

/**
 * What a ServerApp hears when it asks for the reply to an instruction.
 *
 * - `error`: a reply the SuperLink makes itself, with one of Flower's codes;
 * - `reply`: what the node sent;
 * - `again`: what it was given before; a reply is forgotten when it is confirmed, so it may have been lost;
 * - `wait`: nothing yet; things change at `untilMs` at the latest.
 */
export type Answer<M> =
  | { readonly kind: "error"; readonly code: 3 | 4 | 5 }
  | { readonly kind: "reply"; readonly reply: M }
  | { readonly kind: "again"; readonly reply: M }
  | { readonly kind: "wait"; readonly untilMs: number };

/** What is known when a ServerApp asks for a reply. */
export interface Asked<M> {
  readonly instruction: M | undefined;
  /** The reply stored for it, complete or not. */
  readonly reply: M | undefined;
  /** The node the instruction was for. */
  readonly node: Node | undefined;
  readonly nowMs: number;
  /** Whether the caller may be given again what it was given before. */
  readonly mayRepeat: boolean;
}

/**
 * Decides the answer. In Flower's order but for one thing: a reply that is there counts more than a node that is not
 * there any more.
 */
export function answerFor<M extends MessageState>(asked: Asked<M>): Answer<M> {
  const { instruction, reply, node, nowMs } = asked;
  if (asked.mayRepeat && reply?.deliveredAt !== undefined) return { kind: "again", reply };
  if (!instruction || isExpired(instruction.metadata, nowMs)) {
    return { kind: "error", code: ErrorCode.MESSAGE_UNAVAILABLE };
  }
  if (reply?.complete) {
    if (isExpired(reply.metadata, nowMs)) return { kind: "error", code: ErrorCode.REPLY_MESSAGE_UNAVAILABLE };
    return { kind: "reply", reply };
  }
  if (!node || !isOnline(node, nowMs)) return { kind: "error", code: ErrorCode.NODE_UNAVAILABLE };
  return { kind: "wait", untilMs: Math.min(expiresAt(instruction.metadata), node.onlineUntil) };
}
