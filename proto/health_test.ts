import { assertEquals } from "@std/assert";
import file from "./generated/health.json" with { type: "json" };
import { decodeHealth, encodeHealth, healthService } from "./health.ts";

/** The public contract: names and numbers, as any gRPC client knows them. */
const CONTRACT = {
  methods: {
    Check: ["HealthCheckRequest", "HealthCheckResponse"],
    Watch: ["HealthCheckRequest", "stream HealthCheckResponse"],
    List: ["HealthListRequest", "HealthListResponse"],
  },
  fields: {
    HealthCheckRequest: { service: "1 string" },
    HealthCheckResponse: { status: "1 ServingStatus" },
    HealthListRequest: {},
    HealthListResponse: { statuses: "1 map<string,HealthCheckResponse>" },
  },
  statuses: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 },
};

interface Json {
  methods?: Record<string, { requestType: string; responseType: string; responseStream?: boolean }>;
  fields?: Record<string, { id: number; type: string; keyType?: string }>;
  nested?: Record<string, { values: Record<string, number> }>;
}

const ours = file.nested.grpc.nested.health.nested.v1.nested as unknown as Record<string, Json>;

Deno.test("the health service has the public contract's methods, fields and numbers", () => {
  const { Health, ...messages } = ours;
  const methods = Object.entries(Health.methods!).map((
    [name, { requestType, responseType, responseStream }],
  ) => [
    name,
    [requestType, `${responseStream ? "stream " : ""}${responseType}`],
  ]);
  assertEquals(Object.fromEntries(methods), CONTRACT.methods);
  const fields = Object.entries(messages).map(([name, json]) => [
    name,
    Object.fromEntries(
      Object.entries(json.fields!).map(([field, { id, type, keyType }]) => [
        field,
        `${id} ${keyType ? `map<${keyType},${type}>` : type}`,
      ]),
    ),
  ]);
  assertEquals(Object.fromEntries(fields), CONTRACT.fields);
  assertEquals(messages.HealthCheckResponse.nested!.ServingStatus.values, CONTRACT.statuses);
  assertEquals(healthService, "grpc.health.v1.Health");
});

Deno.test("health messages become the bytes that other implementations write, and come back", () => {
  assertEquals([...encodeHealth("HealthCheckRequest", { service: "ab" })], [10, 2, 97, 98]);
  assertEquals(decodeHealth("HealthCheckRequest", new Uint8Array()), { service: "" });
  assertEquals([...encodeHealth("HealthCheckResponse", { status: "SERVING" })], [8, 1]);
  assertEquals(decodeHealth("HealthCheckResponse", new Uint8Array()), { status: "UNKNOWN" });
  assertEquals(decodeHealth("HealthCheckResponse", Uint8Array.of(8, 2)), { status: "NOT_SERVING" });
  const list = { statuses: { "": { status: "SERVING" as const }, x: { status: "NOT_SERVING" as const } } };
  assertEquals(decodeHealth("HealthListResponse", encodeHealth("HealthListResponse", list)), list);
});
