import { decodeHealth, encodeHealth, type HealthMessages, healthService } from "../../proto/health.ts";
import type { WireMethod } from "./methods.ts";

export type { ServingStatus } from "../../proto/health.ts";

/** The methods of gRPC's health service, which every role can offer beside Flower's. */
export const health = {
  Check: method("Check", {
    request: "HealthCheckRequest",
    response: "HealthCheckResponse",
    streaming: false,
  }),
  Watch: method("Watch", { request: "HealthCheckRequest", response: "HealthCheckResponse", streaming: true }),
  List: method("List", { request: "HealthListRequest", response: "HealthListResponse", streaming: false }),
} as const;

type Name = keyof HealthMessages;

function method<Request extends Name, Response extends Name, Streaming extends boolean>(
  name: string,
  { request, response, streaming }: { request: Request; response: Response; streaming: Streaming },
): WireMethod<
  HealthMessages[Request],
  HealthMessages[Response],
  HealthMessages[Request],
  HealthMessages[Response],
  Streaming
> {
  return {
    path: `/${healthService}/${name}`,
    service: healthService,
    name,
    streaming,
    decodeRequest: (bytes) => decodeHealth(request, bytes),
    encodeRequest: (message) => encodeHealth(request, message),
    decodeResponse: (bytes) => decodeHealth(response, bytes),
    encodeResponse: (message) => encodeHealth(response, message),
  };
}
