import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { epochOf, nodeMac, nodeMacHead, nodeMacKey, parseNodeMac, requestHash } from "./node_mac.ts";
import { parsePrivateKey } from "./private_key.ts";
import { encodeSpkiPem } from "./spki.ts";

interface Call {
  counter: number;
  timestamp_ms: number;
  path: string;
  body_hex: string | null;
  body_repeat: { byte: number; times: number } | null;
  header_hex: string;
}
interface Case {
  node_key: string;
  link_key: string;
  shared_hex: string;
  session_hex: string;
  epoch_hex: string;
  mac_key_hex: string;
  calls: Call[];
}
const folder = new URL("../../tests/vectors/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, folder));
const { cases }: { cases: Case[] } = JSON.parse(read("node_mac.json"));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytes = (text: string) => Buffer.from(text, "hex");
const pemOf = async (name: string) => encodeSpkiPem(await parsePrivateKey(read(`keys/${name}`)));

function bodyOf({ body_hex, body_repeat }: Call): Uint8Array {
  return body_repeat ? new Uint8Array(body_repeat.times).fill(body_repeat.byte) : bytes(body_hex!);
}

for (const vector of cases) {
  Deno.test(`node MAC: ${vector.node_key} with ${vector.link_key}, as another implementation makes it`, async () => {
    const [nodeKey, linkKey] = [await pemOf(vector.node_key), await pemOf(vector.link_key)];
    const session = bytes(vector.session_hex);
    const epoch = epochOf(linkKey);
    assertEquals(hex(epoch), vector.epoch_hex);
    const key = await nodeMacKey(bytes(vector.shared_hex), { session, nodeKey, linkKey });
    assertEquals(hex(key), vector.mac_key_hex);
    for (const call of vector.calls) {
      const head = nodeMacHead({ epoch, session, counter: call.counter, timestampMs: call.timestamp_ms });
      const mac = nodeMac(key, { head, path: call.path, bodyHash: await requestHash(bodyOf(call)) });
      assertEquals(hex(head) + hex(mac), call.header_hex);
    }
  });
}

Deno.test("node MAC: a header is read as it was written", () => {
  const any = fc.record({
    epoch: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    session: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    counter: fc.maxSafeNat(),
    timestampMs: fc.maxSafeNat(),
    mac: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  });
  fc.assert(fc.property(any, (said) => {
    const parsed = parseNodeMac(Buffer.concat([nodeMacHead(said), said.mac]));
    assertEquals({
      ...parsed,
      epoch: hex(parsed!.epoch),
      session: hex(parsed!.session),
      mac: hex(parsed!.mac),
    }, {
      ...said,
      epoch: hex(said.epoch),
      session: hex(said.session),
      mac: hex(said.mac),
    });
  }));
});

Deno.test("node MAC: a header of another version or length, or with numbers beyond all counting, is none", () => {
  const good = bytes(cases[0].calls[0].header_hex);
  assertEquals(parseNodeMac(good)?.counter, 0);
  const wrong = [
    good.subarray(1),
    Buffer.concat([good, Buffer.of(0)]),
    Buffer.of(2, ...good.subarray(1)),
    Buffer.of(),
  ];
  const hugeCounter = Buffer.from(good).fill(0xff, 33, 41);
  const hugeTime = Buffer.from(good).fill(0xff, 41, 49);
  for (const header of [...wrong, hugeCounter, hugeTime]) assertEquals(parseNodeMac(header), undefined);
});
