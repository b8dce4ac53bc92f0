/** Decoders of what comes from outside: whatever they are given, they give a value or refuse it in words, at once. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { readKeyList } from "../core/auth/key_list.ts";
import { rawSignature } from "../core/wire/ecdsa_signature.ts";
import { readFab } from "../core/wire/fab/fab.ts";
import { readMessageBody } from "../core/wire/head_object.ts";
import { allOf, clientAppIo, control, fleet, serverAppIo } from "../core/wire/methods.ts";
import { treeFromProto } from "../core/wire/message.ts";
import { parseNodeMac } from "../core/wire/node_mac.ts";
import { parseHead } from "../core/wire/object.ts";
import { parsePrivateKey } from "../core/wire/private_key.ts";
import { decodeSpkiPem } from "../core/wire/spki.ts";
import { decode } from "../proto/mod.ts";

type Decoder = (bytes: Uint8Array) => unknown;

const asText = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const DECODERS: Record<string, Decoder> = {
  "an object's head": parseHead,
  "a message's body": readMessageBody,
  "an object tree": (bytes) => treeFromProto(decode("ObjectTree", bytes)),
  "a public key": decodeSpkiPem,
  "a MAC's header": parseNodeMac,
  "a signature": (bytes) => rawSignature(bytes, "P-384"),
  "a list of keys": (bytes) => readKeyList(bytes, { path: "keys.csv" }),
  "a private key": (bytes) => parsePrivateKey(asText(bytes)),
  "a bundle": readFab,
  ...Object.fromEntries(
    Object.entries({ fleet, serverAppIo, clientAppIo, control }).flatMap(([service, table]) =>
      allOf(table).map((method): [string, Decoder] => [
        `a request of ${service} for ${method.path}`,
        (bytes) => method.decodeRequest(bytes),
      ])
    ),
  ),
};

const CORPUS: { name: string; hex: string }[] = JSON.parse(
  await Deno.readTextFile(new URL("./vectors/corpus/decoders.json", import.meta.url)),
);
const SEEDS = CORPUS.map(({ hex }) => Uint8Array.fromHex(hex));

/** Cut, doubled, or with other bytes somewhere in it. */
const changed = fc.tuple(
  fc.constantFrom(...SEEDS),
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
  const runs = what.startsWith("a request") ? 40 : 150;
  Deno.test(`decoders: ${what} is read or refused in words, whatever comes`, async () => {
    const any = fc.oneof(fc.uint8Array({ maxLength: 200 }), changed);
    await fc.assert(fc.asyncProperty(any, (bytes) => survives(decoder, bytes)), { numRuns: runs });
  });
}
