import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { decode, encode, type MessageName, methods, serviceNames } from "./mod.ts";
import { type Field, type Message, messages } from "./schema.ts";
import { vectors } from "./vectors.ts";

interface ObjectVectors {
  records: { metric: { content_b64: string }[]; config: { content_b64: string }[] };
  messages: { content_b64: string; wire_message_b64: string; tree_proto_b64: string }[];
  recorddicts: { recorddict_proto_b64: string }[];
  context: { proto_deterministic_b64: string };
}

const objects: ObjectVectors = await vectors("objects.json");

const wholes: [MessageName, Uint8Array[]][] = [
  ["MetricRecord", objects.records.metric.map(body)],
  ["ConfigRecord", objects.records.config.map(body)],
  ["Message", objects.messages.flatMap((m) => [body(m), fromBase64(m.wire_message_b64)])],
  ["ObjectTree", objects.messages.map((m) => fromBase64(m.tree_proto_b64))],
  ["RecordDict", objects.recorddicts.map((r) => fromBase64(r.recorddict_proto_b64))],
  ["Context", [fromBase64(objects.context.proto_deterministic_b64)]],
];

for (const [type, all] of wholes) {
  Deno.test(`a reference ${type} decoded and encoded again has the same bytes`, () => {
    assert(all.length > 0);
    for (const bytes of all) assertEquals(hex(encode(type, decode(type, bytes))), hex(bytes));
  });
}

Deno.test("any message decoded and encoded again has the same bytes", () => {
  for (const message of messages.values()) {
    const type = message.name as MessageName;
    fc.assert(
      fc.property(anyMessage(message, 3), (value) => {
        const bytes = encode(type, value);
        assertEquals(hex(encode(type, decode(type, bytes))), hex(bytes));
      }),
      { numRuns: 20 },
    );
  }
});

Deno.test("decoding fills in defaults, and only shows what is present where that counts", () => {
  assertEquals(decode("Metadata", encode("Metadata", { run_id: 7n, src_task_id: 0 })), {
    run_id: "7",
    message_id: "",
    src_node_id: "0",
    dst_node_id: "0",
    reply_to_message_id: "",
    group_id: "",
    ttl: 0,
    message_type: "",
    created_at: 0,
    src_task_id: "0",
  });
  assertEquals(decode("MetricRecordValue", encode("MetricRecordValue", { double: 0 })), {
    double: 0,
    value: "double",
  });
  assertEquals(decode("Message", new Uint8Array()), { metadata: null, content: null, error: null });
  assertEquals(decode("ListRunsResponse", new Uint8Array()), { run_dict: {}, now: "" });
});

Deno.test("defaults are left out unless their presence counts", () => {
  const nothing = {
    run_id: 0n,
    message_id: "",
    ttl: 0,
    src_node_id: "-0",
    created_at: undefined,
    group_id: null,
  };
  assertEquals(hex(encode("Metadata", nothing)), "");
  assertEquals(
    hex(encode("PullObjectResponse", { object_found: false, object_content: new Uint8Array() })),
    "",
  );
  assertEquals(hex(encode("Metadata", { message_id: "0" })), "120130");
  assertEquals(hex(encode("Metadata", { dst_task_id: 0 })), "5800");
  assertEquals(hex(encode("ClaimTaskResponse", { token: "" })), "0a00");
  assertEquals(hex(encode("ConfigRecordValue", { bool: false })), "2000");
  assertEquals(hex(encode("Message", { content: {} })), "1200");
  assertEquals(hex(encode("Metadata", { ttl: -0 })), "390000000000000080");
});

Deno.test("fields go out by number, and lists of numbers packed", () => {
  const array = { data: new Uint8Array([9]), shape: [2, -1, 0], dtype: "b" };
  assertEquals(hex(encode("Array", array)), "0a0162" + "120c02ffffffffffffffffff0100" + "220109");
  assertEquals(hex(encode("BoolList", { vals: [false, true] })), "0a020001");
});

Deno.test("64-bit integers may be bigints, safe integers or decimal strings, and map keys too", () => {
  const largest = 2n ** 64n - 1n;
  for (const node_id of [largest, `${largest}`]) {
    assertEquals(hex(encode("Node", { node_id })), "08ffffffffffffffffff01");
  }
  assertEquals(decode("SintList", encode("SintList", { vals: [-(2n ** 63n), -5, "5"] })).vals, [
    "-9223372036854775808",
    "-5",
    "5",
  ]);
  const runs = encode("ListRunsResponse", { run_dict: { [`${largest}`]: { run_id: largest }, "258": {} } });
  assertEquals(Object.keys(decode("ListRunsResponse", runs).run_dict), ["258", `${largest}`]);
});

Deno.test("a value that does not fit its field is refused by name", () => {
  const refusals: [MessageName, unknown, string][] = [
    [
      "Node",
      { node_id: -1 },
      "Cannot encode Node.node_id as uint64 must be an integer from 0 to 18446744073709551615",
    ],
    ["Node", { node_id: 2n ** 64n }, "current value is 18446744073709551616"],
    ["Node", { node_id: 2 ** 53 }, "Node.node_id"],
    ["Node", { node_id: "0x10" }, "Node.node_id"],
    ["Node", { node_id: "" }, "current value is a string"],
    ["Array", { shape: [1n] }, "Cannot encode Array.shape as int32"],
    ["Array", { shape: [1.5] }, "Array.shape"],
    ["Array", { shape: 3 }, "Array.shape as list must be an array"],
    ["Array", { data: "AAAA" }, "Array.data as bytes must be a Uint8Array: current value is a string"],
    ["Metadata", { group_id: 1n }, "Metadata.group_id as string"],
    ["Metadata", { ttl: 1n }, "Metadata.ttl as double"],
    ["StopRunResponse", { success: 1 }, "StopRunResponse.success as bool"],
    ["ArrayRecord", { items: [null] }, "Cannot encode ArrayRecord.Item as message must be an object"],
    ["Context", { run_config: 1 }, "Context.run_config as map must be an object"],
    ["ListRunsResponse", { run_dict: { x: {} } }, "ListRunsResponse.run_dict as uint64"],
    ["Scalar", { double: 1, bool: true }, "scalar must have one member"],
  ];
  for (const [type, value, message] of refusals) {
    assertThrows(() => encode(type, value as Record<string, never>), TypeError, message);
  }
});

Deno.test("what the types allow: bigints for ids, not for text", () => {
  encode("GetRunRequest", { run_id: 1n, node: null });
  // @ts-expect-error an address of an object is text
  assertThrows(() => encode("PullObjectRequest", { object_id: 1n }), TypeError);
  // @ts-expect-error no such field
  encode("Node", { id: 1n });
  const id: string = decode("Node", new Uint8Array()).node_id;
  assertEquals(id, "0");
});

Deno.test("__proto__ is a map key like any other", () => {
  const run_config = JSON.parse(`{"__proto__": {"bool": true}}`);
  const bytes = encode("Context", { run_config });
  assertEquals(hex(bytes), "2a0f0a095f5f70726f746f5f5f12026801");
  assertEquals(Object.keys(decode("Context", bytes).run_config), ["__proto__"]);
});

Deno.test("decoded bytes are views of the input, encoded bytes are a copy", () => {
  const object_content = new Uint8Array(5 << 20).fill(7);
  const bytes = encode("PushObjectRequest", { object_content, object_id: "x" });
  const { object_content: view } = decode("PushObjectRequest", bytes);
  assert(view.buffer === bytes.buffer);
  object_content[0] = 8;
  assertEquals([view[0], view.length], [7, 5 << 20]);
});

Deno.test("bytes that end too early are refused", () => {
  assertThrows(() => decode("Fab", new Uint8Array([0x12, 5, 1])), Error);
});

Deno.test("methods carry their path, types and direction", () => {
  assertEquals(serviceNames.toSorted(), [
    "flwr.proto.ClientAppIo",
    "flwr.proto.Control",
    "flwr.proto.Fleet",
    "flwr.proto.ServerAppIo",
  ]);
  assertEquals(serviceNames.toSorted().map((service) => methods(service).length), [17, 26, 12, 17]);
  assertEquals(methods("flwr.proto.Control").find((method) => method.name === "StreamLogs"), {
    service: "flwr.proto.Control",
    name: "StreamLogs",
    path: "/flwr.proto.Control/StreamLogs",
    requestType: "StreamLogsRequest",
    responseType: "StreamLogsResponse",
    responseStream: true,
  });
  for (const { requestType, responseType } of serviceNames.flatMap(methods)) {
    assert(messages.has(requestType) && messages.has(responseType));
  }
});

/** Any value of `message`; `depth` bounds how far messages nest, since trees refer to themselves. */
function anyMessage(message: Message, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const oneofs = Map.groupBy(message.fields, (field) => field.oneof ?? field.name);
  const parts = [...oneofs.values()].map((fields) =>
    fc.oneof(
      ...fields.filter((field) => depth > 0 || !field.message)
        .map((field) => anyField(field, depth).map((value) => ({ [field.name]: value }))),
      fc.constant({}),
    )
  );
  return fc.tuple(...parts).map((chosen) => Object.assign({}, ...chosen));
}

function anyField(field: Field, depth: number): fc.Arbitrary<unknown> {
  const single = field.message ? anyMessage(field.message, depth - 1) : anyScalar[field.type];
  if (field.keyType === "string") return fc.dictionary(fc.string(), single, { maxKeys: 3 });
  if (field.keyType) return fc.dictionary(anyScalar[field.keyType].map(String), single, { maxKeys: 3 });
  return field.repeated ? fc.array(single, { maxLength: 3 }) : single;
}

const anyScalar: Record<string, fc.Arbitrary<unknown>> = {
  double: fc.double(),
  float: fc.float(),
  int32: fc.integer(),
  uint32: fc.nat(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  sint64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  bool: fc.boolean(),
  string: fc.string({ unit: "grapheme" }),
  bytes: fc.uint8Array({ maxLength: 8 }),
};

/** An object's content is head, 0x00, body. */
function body({ content_b64 }: { content_b64: string }): Uint8Array {
  const content = fromBase64(content_b64);
  return content.subarray(content.indexOf(0) + 1);
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
