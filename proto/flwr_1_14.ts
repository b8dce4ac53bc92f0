/**
 * The Fleet contract of Flower 1.14.0, the last release whose SuperNodes authenticate with a MAC: messages to bytes and
 * back. The .proto file stands in `flwr_1_14/`, what `deno task proto` makes of it in `generated/`.
 *
 * @module
 */
import { fromJSON, type MessageTypeDefinition } from "@grpc/proto-loader";
import { Buffer } from "node:buffer";
import { canonical } from "./canonical.ts";
import type { Messages, Services } from "./generated/flwr_1_14.ts";
import file from "./generated/flwr_1_14.json" with { type: "json" };
import type { Init } from "./init.ts";
import { type Message, type MessageJson, readMessages, type ServiceJson } from "./schema.ts";

export type * from "./generated/flwr_1_14.ts";

/** A message's short name. */
export type LegacyMessageName = keyof Messages;

/** The methods of the one service, by name. */
export type LegacyMethods = Services["flwr.proto.Fleet"];

/** Everything in the package by short name. */
export const legacyDescriptors = file.nested.flwr.nested.proto.nested as unknown as Readonly<
  Record<string, MessageJson | ServiceJson>
>;

const messages = readMessages(legacyDescriptors);

/** What a message is made of. */
export function legacyMessage(name: LegacyMessageName): Message {
  return messages.get(name)!;
}

/** The request and the response of each method. */
export const legacyMethods = (legacyDescriptors.Fleet as ServiceJson).methods as Readonly<
  Record<keyof LegacyMethods, { requestType: LegacyMessageName; responseType: LegacyMessageName }>
>;

/**
 * `value` as canonical proto3 but for the order of maps.
 * @throws {TypeError} naming the field when a value does not fit it
 */
export function encodeLegacy<T extends LegacyMessageName>(type: T, value: Init<Messages[T]>): Uint8Array {
  return codec(type).serialize(canonical(legacyMessage(type), value));
}

/**
 * The message in `bytes`. Byte fields are views into `bytes`, not copies.
 * @throws {Error} when the bytes end too early, or nest deeper than 100 messages
 */
export function decodeLegacy<T extends LegacyMessageName>(type: T, bytes: Uint8Array): Messages[T] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return codec(type).deserialize(buffer) as unknown as Messages[T];
}

type Codec = MessageTypeDefinition<Record<string, unknown>, Record<string, unknown>>;

let definitions: ReturnType<typeof fromJSON> | undefined;

/** Few SuperLinks ever meet such a SuperNode: the first one pays for the codecs. */
function codec(name: LegacyMessageName): Codec {
  const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
  definitions ??= fromJSON(file as Parameters<typeof fromJSON>[0], options);
  return definitions[`flwr.proto.${name}`] as Codec;
}
