/** What a message asks for, before an action. */
export type MessageCategory = "train" | "evaluate" | "query" | "system";

/**
 * The message types that an app sends most.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Message, MessageType, RecordDict } from "corolla";
 *
 * const message = new Message(new RecordDict(), { dstNodeId: 7n, messageType: MessageType.QUERY });
 * assertEquals(message.metadata.messageType, "query");
 * ```
 */
export const MessageType = {
  /** Train the model that comes along. */
  TRAIN: "train",
  /** Say how well the model does. */
  EVALUATE: "evaluate",
  /** Anything else that the app answers. */
  QUERY: "query",
  /** Flower's own. */
  SYSTEM: "system",
} as const;

/** A category, alone or with `.` and a Python identifier. */
const current = /^(train|evaluate|query|system)(\.[\p{XID_Start}_]\p{XID_Continue}*)?$/u;

/** Types that apps for old releases still send. */
const legacy: ReadonlySet<string> = new Set(["get_parameters", "get_properties", "reconnect"]);

/** Whether every part of Flower accepts `text` as a message's type. */
export function isMessageType(text: string): boolean {
  return current.test(text) || legacy.has(text);
}

/**
 * Lets a message's type pass.
 * @throws {RangeError} naming the type, when it is none
 */
export function checkMessageType(text: string): void {
  if (isMessageType(text)) return;
  throw new RangeError(
    `Cannot use message type "${text}" as it must be "train", "evaluate", "query" or "system", alone or followed ` +
      `by "." and an identifier`,
  );
}

/**
 * The parts of a message type: `train.fit` asks for the action `fit`, `train` for `default`. For a legacy type the
 * category is the type itself.
 */
export function splitMessageType(text: string): { category: string; action: string } {
  const [category, action = "default"] = text.split(".");
  return { category, action };
}
