/**
 * The contract of gRPC's health service: what each of its messages holds, and their way to bytes and back.
 *
 * The .proto file stands in `health/`, what `deno task proto` makes of it in `generated/`.
 *
 * @module
 */
import { fromJSON, type MessageTypeDefinition } from "@grpc/proto-loader";
import { Buffer } from "node:buffer";
import file from "./generated/health.json" with { type: "json" };

/** The full name of the service. */
export const healthService = "grpc.health.v1.Health";

/** How a service is: `SERVICE_UNKNOWN` is only said by Watch, of a service that there is not. */
export type ServingStatus = "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

/** Every message of the service by its name. */
export interface HealthMessages {
  /** Asks about a service by its full name, or with an empty name about the server as a whole. */
  HealthCheckRequest: { service: string };
  HealthCheckResponse: { status: ServingStatus };
  HealthListRequest: Record<string, never>;
  /** By the services' full names. */
  HealthListResponse: { statuses: Record<string, { status: ServingStatus }> };
}

type Name = keyof HealthMessages;
type Codec = MessageTypeDefinition<object, object>;

const definitions = fromJSON(file as Parameters<typeof fromJSON>[0], {
  ...{ keepCase: true, longs: String, enums: String, defaults: true },
});

/** `value` as bytes. @throws {Error} when a value does not fit its field */
export function encodeHealth<T extends Name>(type: T, value: HealthMessages[T]): Uint8Array {
  return codec(type).serialize(value);
}

/** The message in `bytes`. @throws {Error} when they end too early */
export function decodeHealth<T extends Name>(type: T, bytes: Uint8Array): HealthMessages[T] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return codec(type).deserialize(buffer) as HealthMessages[T];
}

function codec(type: Name): Codec {
  return definitions[`grpc.health.v1.${type}`] as unknown as Codec;
}
