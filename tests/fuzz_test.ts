/** Decoders of what comes from outside: whatever they are given, they give a value or refuse it in words, at once. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { readPublicKey } from "../core/auth/key_file.ts";
import { readKeyList } from "../core/auth/key_list.ts";
import type { Metadata } from "../core/model/message.ts";
import { decodeContext } from "../core/wire/context.ts";
import { rawSignature } from "../core/wire/ecdsa_signature.ts";
import { readFab } from "../core/wire/fab/fab.ts";
import { readMessageBody } from "../core/wire/head_object.ts";
import { inflateMessage } from "../core/wire/inflate.ts";
import { legacyFleet } from "../core/wire/legacy_methods.ts";
import { replyOf } from "../core/wire/legacy_task.ts";
import { fromUrlSafe } from "../core/wire/legacy_token.ts";
import { allOf, clientAppIo, control, fleet, serverAppIo } from "../core/wire/methods.ts";
import { treeFromProto } from "../core/wire/message.ts";
import { parseNodeMac } from "../core/wire/node_mac.ts";
import { objectIdOf, parseHead } from "../core/wire/object.ts";
import { parsePrivateKey } from "../core/wire/private_key.ts";
import { recordDictFromProto } from "../core/wire/record_dict.ts";
import { runFromProto } from "../core/wire/run.ts";
import { decodeSpkiPem } from "../core/wire/spki.ts";
import { decodeLegacy } from "../proto/flwr_1_14.ts";
import { decode } from "../proto/mod.ts";

type Decoder = (bytes: Uint8Array) => unknown;

const asText = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What the answers of SuperNodes are answers to. */
const INSTRUCTION: Metadata = {
  ...{ runId: 1n, messageId: "", srcNodeId: 1n, dstNodeId: 2n, replyToMessageId: "", groupId: "", ttl: 60 },
  ...{ messageType: "train", createdAt: 0 },
};

const DECODERS: Record<string, Decoder> = {
  "an object's head": parseHead,
  "a message's body": readMessageBody,
  "an object tree": (bytes) => treeFromProto(decode("ObjectTree", bytes)),
  "a public key": decodeSpkiPem,
  "a MAC's header": parseNodeMac,
  "a signature": (bytes) => rawSignature(bytes, "P-384"),
  "a list of keys": (bytes) => readKeyList(bytes, { path: "keys.csv" }),
  "a private key": (bytes) => parsePrivateKey(asText(bytes)),
  "a public key in OpenSSH's form": (bytes) => readPublicKey(bytes, "key.pub"),
  "a token of Flower 1.14.0": (bytes) => fromUrlSafe(asText(bytes)),
  "an answer of Flower 1.14.0": (bytes) => replyOf(decodeLegacy("TaskRes", bytes), INSTRUCTION),
  "a context": decodeContext,
  "records": (bytes) => recordDictFromProto(decode("RecordDict", bytes)),
  "a run": (bytes) => runFromProto(decode("Run", bytes)),
  "a message in its objects": (bytes) =>
    inflateMessage(objectIdOf(bytes), () => Promise.resolve(bytes.slice())),
  "a bundle": readFab,
  ...Object.fromEntries(
    Object.entries({ fleet, serverAppIo, clientAppIo, control }).flatMap(([service, table]) =>
      allOf(table).map((method): [string, Decoder] => [
        `a request of ${service} for ${method.path}`,
        (bytes) => method.decodeRequest(bytes),
      ])
    ),
  ),
  ...Object.fromEntries(
    allOf(legacyFleet).map((method): [string, Decoder] => [
      `a request of Flower 1.14.0 for ${method.path}`,
      (bytes) => method.decodeRequest(bytes),
    ]),
  ),
  // A SuperLink may be the one who means harm.
  ...Object.fromEntries(
    Object.entries({ fleet, clientAppIo }).flatMap(([service, table]) =>
      allOf(table).map((method): [string, Decoder] => [
        `a reply of ${service} to ${method.path}`,
        (bytes) => method.decodeResponse(bytes),
      ])
    ),
  ),
};

const CORPUS: { name: string; hex: string }[] = JSON.parse(
  await Deno.readTextFile(new URL("./vectors/corpus/decoders.json", import.meta.url)),
);
const SEEDS = CORPUS.map(({ hex }) => Uint8Array.fromHex(hex));

/** What is as it should be: with a few bytes of it changed a decoder is led further than by noise. */
const SOUND = [
  ...base64In(JSON.parse(await Deno.readTextFile(new URL("./vectors/objects.json", import.meta.url)))),
  ...await Promise.all(
    [
      "sample.fab",
      "keys/client_credentials_1",
      "keys/client_credentials_1.pub",
      "keys/client_credentials_1.spki.pem",
    ]
      .map((name) => Deno.readFile(new URL(`./vectors/${name}`, import.meta.url))),
  ),
];

/** Every content that stands in a file of vectors, but for large ones. */
function base64In(value: unknown): Uint8Array[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name.endsWith("_b64") && typeof inner === "string" && inner.length < 8_192
      ? [Uint8Array.fromBase64(inner)]
      : base64In(inner)
  );
}

/** Cut, doubled, or with other bytes somewhere in it. */
const changed = fc.tuple(
  fc.constantFrom(...SEEDS, ...SOUND),
  fc.nat({ max: 10_000 }),
  fc.uint8Array({ maxLength: 12 }),
  fc.boolean(),
).map(([seed, place, bytes, cut]) => {
  const at = seed.length === 0 ? 0 : place % seed.length;
  const rest = cut ? new Uint8Array() : seed.subarray(at + bytes.length);
  return Uint8Array.from([...seed.subarray(0, at), ...bytes, ...rest]);
});

async function survives(decoder: Decoder, bytes: Uint8Array): Promise<void> {
  try {
    await decoder(bytes.slice());
  } catch (error) {
    assert(error instanceof Error && error.message !== "", String(error));
    assert(!/call stack|out of memory|Invalid (array|typed array) length/.test(error.message), error.message);
  }
}

Deno.test("decoders: the corpus is read or refused in words", async () => {
  for (const [what, decoder] of Object.entries(DECODERS)) {
    for (const [index, bytes] of SEEDS.entries()) {
      await survives(decoder, bytes).catch((error) => {
        throw new Error(`${what}, ${CORPUS[index].name}`, { cause: error });
      });
    }
  }
});

for (const [what, decoder] of Object.entries(DECODERS)) {
  const runs = /^a (request|reply)/.test(what) ? 150 : 600;
  Deno.test(`decoders: ${what} is read or refused in words, whatever comes`, async () => {
    const any = fc.oneof(fc.uint8Array({ maxLength: 200 }), changed);
    await fc.assert(fc.asyncProperty(any, (bytes) => survives(decoder, bytes)), { numRuns: runs });
  });
}
