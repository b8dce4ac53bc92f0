import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { decodeLegacy, encodeLegacy, legacyDescriptors } from "./flwr_1_14.ts";
import type { MessageJson, ServiceJson } from "./schema.ts";
import { vectors } from "./vectors.ts";

interface Contract {
  messages: Record<string, { fields: { n: number; name: string; type: string; oneof?: string }[] }>;
  services: Record<string, { methods: Record<string, [request: string, response: string]> }>;
}
const contract = await vectors<Contract>("flwr-1.14.0.json");
const { hmac_1_14_0: { cases } } = await vectors<
  { hmac_1_14_0: { cases: { rpc: string; wire_hex: string }[] } }
>(
  "auth.json",
);
const full = (type: string) => type in legacyDescriptors ? `flwr.proto.${type}` : type;

function fieldsOf({ fields, oneofs = {} }: MessageJson) {
  return Object.entries(fields).map(([name, { id, type, rule, keyType }]) => {
    const oneof = Object.entries(oneofs).find(([, { oneof }]) => oneof.includes(name))?.[0];
    const shown = keyType ? `map<${keyType},${full(type)}>` : rule ? `${rule} ${full(type)}` : full(type);
    return { n: id, name, ...oneof && { oneof }, type: shown };
  }).toSorted((a, b) => a.n - b.n);
}

for (const [name, json] of Object.entries(legacyDescriptors)) {
  Deno.test(`1.14.0: ${name} is what the contract says`, () => {
    if ("fields" in json) return assertEquals(fieldsOf(json), contract.messages[`flwr.proto.${name}`].fields);
    const ours = Object.entries((json as ServiceJson).methods).map((
      [method, { requestType, responseType }],
    ) => [method, [full(requestType), full(responseType)]] as const);
    assertEquals(Object.fromEntries(ours), contract.services[`flwr.proto.${name}`].methods);
  });
}

const REQUESTS = {
  CreateNode: "CreateNodeRequest",
  Ping: "PingRequest",
  PullTaskIns: "PullTaskInsRequest",
  DeleteNode: "DeleteNodeRequest",
  GetRun: "GetRunRequest",
  GetFab: "GetFabRequest",
  PushTaskRes: "PushTaskResRequest",
} as const;

Deno.test("1.14.0: what its client sends is read, and written with the same bytes but for the order of maps", () => {
  for (const { rpc, wire_hex } of cases) {
    const type = REQUESTS[rpc.split("/")[2] as keyof typeof REQUESTS];
    const message = decodeLegacy(type, Buffer.from(wire_hex, "hex"));
    const written = Buffer.from(encodeLegacy(type, message));
    assertEquals([...written].sort(), [...Buffer.from(wire_hex, "hex")].sort());
  }
});

Deno.test("1.14.0: what does not fit is named", () => {
  assertThrows(() => encodeLegacy("Node", { node_id: -1 }), TypeError, "Node.node_id");
});
