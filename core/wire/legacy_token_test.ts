import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { decodeLegacy, encodeLegacy, legacyMessage } from "../../proto/flwr_1_14.ts";
import { vectors } from "../../proto/vectors.ts";
import { fromUrlSafe, legacyMac, legacyMacKey, signedForm, signedForms, toUrlSafe } from "./legacy_token.ts";
import { bytewise, longerFirst, withMapsInOrder } from "./map_order.ts";

interface Case {
  name: string;
  rpc: string;
  wire_hex: string;
  deterministic_hex: string;
  auth_token: string | null;
  deterministic_hex_pure_python_protobuf?: string;
  auth_token_pure_python_protobuf?: string;
  auth_token_over_raw_wire?: { token: string };
}
const { hmac_1_14_0: vector } = await vectors<{
  hmac_1_14_0: {
    client: { spki_pem: string; header_public_key: string };
    ecdh_raw_x_hex: string;
    hmac_key_ascii: string;
    cases: Case[];
    map_key_order: { inserted: string[]; upb: string[]; pure_python: string[] };
  };
}>("auth.json");
const bytes = (hex: string) => Buffer.from(hex, "hex");
const key = await legacyMacKey(bytes(vector.ecdh_raw_x_hex));

Deno.test("1.14.0: the key of MACs is the text of what HKDF makes", () => {
  assertEquals(Buffer.from(key).toString(), vector.hmac_key_ascii);
});

Deno.test("1.14.0: a public key stands in a header as the client writes it", () => {
  assertEquals(toUrlSafe(Buffer.from(vector.client.spki_pem)), vector.client.header_public_key);
  assertEquals(Buffer.from(fromUrlSafe(vector.client.header_public_key)!).toString(), vector.client.spki_pem);
});

for (const { name, rpc, wire_hex, auth_token, ...other } of vector.cases) {
  Deno.test(`1.14.0: the MAC of ${name} is found among the forms of the request`, async () => {
    const request = bytes(wire_hex);
    const method = rpc.split("/")[2];
    const macs: string[] = [];
    for (const form of signedForms(method, request)) macs.push(toUrlSafe(await legacyMac(key, form)));
    if (auth_token !== null) assert(macs.includes(auth_token));
    const { auth_token_pure_python_protobuf: pure, auth_token_over_raw_wire: raw } = other;
    if (pure) assertEquals(macs, [raw!.token, auth_token, pure]);
    const message = legacyMessage(`${method}Request` as "PingRequest");
    assertEquals(
      Buffer.from(withMapsInOrder(request, message, longerFirst)).toString("hex"),
      other.deterministic_hex,
    );
    const pureForm = other.deterministic_hex_pure_python_protobuf;
    if (pureForm) {
      assertEquals(Buffer.from(withMapsInOrder(request, message, bytewise)).toString("hex"), pureForm);
    }
  });
}

for (const { name, rpc, wire_hex, auth_token, deterministic_hex } of vector.cases) {
  Deno.test(`1.14.0: a node of ours makes the MAC of ${name} as 1.14.0 does`, async () => {
    const form = signedForm(rpc.split("/")[2], bytes(wire_hex));
    assertEquals(Buffer.from(form).toString("hex"), deterministic_hex);
    if (auth_token !== null) assertEquals(toUrlSafe(await legacyMac(key, form)), auth_token);
  });
}

Deno.test("1.14.0: a large request gets the same MAC as a small one", async () => {
  const large = new Uint8Array(100_000).fill(3);
  const { createHmac } = await import("node:crypto");
  assertEquals(Buffer.from(await legacyMac(key, large)), createHmac("sha256", key).update(large).digest());
});

Deno.test("1.14.0: headers that are no base64 are none", () => {
  for (const text of ["a", "ab", "abc", "ab=", "=abc", "ab==cd=="]) {
    assertEquals(fromUrlSafe(text), undefined);
  }
  for (const [text, hex] of [["", ""], ["+/+/", "fbffbf"], ["-_-_", "fbffbf"], [" A A==\n", "00"]]) {
    assertEquals(Buffer.from(fromUrlSafe(text)!).toString("hex"), hex);
  }
});

Deno.test("1.14.0: map keys stand as the two protobufs of Python put them", () => {
  const { inserted, upb, pure_python } = vector.map_key_order;
  const sorted = (order: typeof bytewise) =>
    inserted.toSorted((a, b) => order(Buffer.from(a), Buffer.from(b)));
  assertEquals(sorted(longerFirst), upb);
  assertEquals(sorted(bytewise), pure_python);
});

const names = fc.array(fc.oneof(fc.string(), fc.constantFrom("a", "acc", "accuracy", "é", "")), {
  maxLength: 6,
});
const recordSet = fc.tuple(names, names, names).map(([parameters, metrics, configs]) => ({
  parameters: Object.fromEntries(parameters.map((name) => [name, { data_keys: [name], data_values: [] }])),
  metrics: Object.fromEntries(
    metrics.map((
      name,
    ) => [name, { data: Object.fromEntries(names ? [[name, { double: 1 }], ["x", { sint64: 0 }]] : []) }]),
  ),
  configs: Object.fromEntries(configs.map((name) => [name, { data: { [name]: { string: name } } }])),
}));

Deno.test("1.14.0: putting maps in order loses nothing, changes no length and is done once", () => {
  fc.assert(fc.property(recordSet, fc.constantFrom(bytewise, longerFirst), (content, order) => {
    const message = legacyMessage("RecordSet");
    const written = encodeLegacy("RecordSet", content);
    const once = withMapsInOrder(written, message, order);
    assertEquals(once.length, written.length);
    assertEquals(decodeLegacy("RecordSet", once), decodeLegacy("RecordSet", written));
    assertEquals(withMapsInOrder(once, message, order), once);
  }));
});

Deno.test("1.14.0: bytes that are no message are refused in words", () => {
  const message = legacyMessage("PushTaskResRequest");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (anything) => {
    try {
      withMapsInOrder(anything, message, bytewise);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }));
  assertThrows(() => withMapsInOrder(Uint8Array.of(0x0a, 0x05, 1), message, bytewise), RangeError);
});
