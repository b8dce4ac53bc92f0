/**
 * Flower's wire contract: messages to bytes and back, and the methods of each service.
 *
 * The .proto files stand in `flwr/`, what `deno task proto` makes of them in `generated/`. Nothing here reads a
 * file, so no permission is needed.
 *
 * @module
 */
import { fromJSON, type MessageTypeDefinition } from "@grpc/proto-loader";
import { Buffer } from "node:buffer";
import { canonical } from "./canonical.ts";
import type { Messages, Services } from "./generated/flwr.ts";
import type { Init } from "./init.ts";
import {
  descriptors,
  type Message,
  type MessageJson,
  messages,
  packageName,
  type ServiceJson,
} from "./schema.ts";
import { tidy } from "./tidy.ts";

export type * from "./generated/flwr.ts";
export type { Init, Int64 } from "./init.ts";

/** A message's short name; nested ones are written `ArrayRecord.Item`. */
export type MessageName = keyof Messages;

/** A service's full name, for instance `flwr.proto.Fleet`. */
export type ServiceName = keyof Services;

/** One method of a service, as the contract describes it. */
export interface Method {
  readonly service: ServiceName;
  readonly name: string;
  /** The HTTP/2 path: `/flwr.proto.Fleet/PullMessages`. */
  readonly path: string;
  readonly requestType: MessageName;
  readonly responseType: MessageName;
  /** Whether the server answers with any number of messages. Requests are always single. */
  readonly responseStream: boolean;
}

/**
 * `value` as canonical proto3: ascending field numbers, packed lists of numbers, defaults left out, members of
 * oneofs and optional fields written whenever they are given. The order of lists is kept; so is that of maps, but
 * for JavaScript's habit of putting integer-like keys first. Byte fields are copied once, into the result.
 *
 * Throws a TypeError naming the field when a value does not fit it: a wrong type, a number out of range (nothing
 * is ever wrapped or rounded to an integer), two members of one oneof.
 */
export function encode<T extends MessageName>(type: T, value: Init<Messages[T]>): Uint8Array {
  return codec(type).serialize(canonical(messages.get(type)!, value));
}

/**
 * The message of type `type` in `bytes`. Byte fields of the result are views into `bytes`, not copies: whoever
 * reuses the buffer, or keeps a small field of a large message, copies it first. Unknown fields are dropped.
 *
 * Throws an Error when `bytes` ends too early, or nests deeper than 100 messages.
 */
export function decode<T extends MessageName>(type: T, bytes: Uint8Array): Messages[T] {
  // protobufjs reads text much faster from a Buffer; this one shares the memory.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoded = codec(type).deserialize(buffer);
  tidy(messages.get(type)!, decoded);
  return decoded as unknown as Messages[T];
}

/** The full names of all services. */
export const serviceNames: readonly ServiceName[] = Object.entries(descriptors)
  .filter(([, json]) => "methods" in json)
  .map(([name]) => `${packageName}.${name}` as ServiceName);

/** The methods of `service`, in the order of its .proto file. */
export function methods(service: ServiceName): readonly Method[] {
  const json = descriptors[service.slice(packageName.length + 1)] as ServiceJson;
  return Object.entries(json.methods).map(([name, method]) => ({
    service,
    name,
    path: `/${service}/${name}`,
    requestType: method.requestType as MessageName,
    responseType: method.responseType as MessageName,
    responseStream: method.responseStream ?? false,
  }));
}

type Definition = MessageTypeDefinition<Record<string, unknown>, Record<string, unknown>>;
type Codec = Pick<Definition, "serialize" | "deserialize">;

let codecs: ReadonlyMap<string, Codec> | undefined;

/** Building them takes about 20 ms for all messages together, so it waits for the first use. */
function codec(name: MessageName): Codec {
  codecs ??= buildCodecs();
  return codecs.get(name)!;
}

function buildCodecs(): ReadonlyMap<string, Codec> {
  // Of a service proto-loader would describe every message again, once for each method.
  const top = Object.entries(descriptors).filter((entry): entry is [string, MessageJson] =>
    "fields" in entry[1]
  );
  const all = Object.fromEntries(top);
  for (const [outer, { nested = {} }] of top) {
    // proto-loader only hands out top-level messages, so nested ones are declared there once more.
    for (const [inner, body] of Object.entries(nested)) all[hoisted(`${outer}.${inner}`)] = body;
  }
  const json = { nested: { flwr: { nested: { proto: { nested: all } } } } };
  const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
  const definitions = fromJSON(json as Parameters<typeof fromJSON>[0], options);
  const pick = ({ name }: Message): Codec => {
    // The descriptors beside these are ten times as large.
    const { serialize, deserialize } = definitions[`${packageName}.${hoisted(name)}`] as Definition;
    return { serialize, deserialize };
  };
  return new Map([...messages.values()].map((message) => [message.name, pick(message)]));
}

function hoisted(name: string): string {
  return name.replaceAll(".", "_");
}
