import { assertEquals } from "@std/assert";
import { derSignature } from "../wire/ecdsa_signature.ts";
import { CURVES } from "../wire/ec_key.ts";
import { encodeSpkiPem } from "../wire/spki.ts";
import { generateKeyPair, type NodeKey, nodeKeyOf } from "./keys.ts";
import { isNodeKey, PublicKeys } from "./public_keys.ts";

const data = new TextEncoder().encode("2026-11-22T17:56:49+00:00");

async function sign(key: NodeKey): Promise<Uint8Array> {
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, data);
  return derSignature(new Uint8Array(raw));
}

for (const curve of CURVES) {
  Deno.test(`public keys: a fresh ${curve} pair signs what it verifies, and a point beside the curve is no key`, async () => {
    const pair = await generateKeyPair(curve);
    const key = await nodeKeyOf(pair);
    assertEquals(await new PublicKeys().verify(key.publicKey, { data, signature: await sign(key) }), true);
    assertEquals(await isNodeKey(key.publicKey), true);
    const beside = pair.point.with(-1, pair.point.at(-1)! ^ 1);
    assertEquals(await isNodeKey(encodeSpkiPem({ curve, point: beside })), false);
  });
}

Deno.test("public keys: what is no PEM key is no node's key", async () => {
  assertEquals(await isNodeKey(new TextEncoder().encode("ecdsa-sha2-nistp384 AAAA")), false);
  assertEquals(await isNodeKey(new Uint8Array()), false);
});

Deno.test("public keys: the most recently used ones stay ready, and unusable ones take no room", async () => {
  const keys = await Promise.all([1, 2, 3].map(() => generateKeyPair("P-256").then(nodeKeyOf)));
  const ready = new PublicKeys({ capacity: 2 });
  for (const index of [0, 1, 0, 2, 0, 1]) {
    const key = keys[index];
    assertEquals(await ready.verify(key.publicKey, { data, signature: await sign(key) }), true);
    assertEquals(ready.size <= 2, true);
  }
  const padded = new TextEncoder().encode("-".repeat(600) + new TextDecoder().decode(keys[2].publicKey));
  const fresh = new PublicKeys();
  assertEquals(await fresh.verify(padded, { data, signature: await sign(keys[2]) }), true);
  assertEquals(fresh.size, 0);
  assertEquals(await ready.verify(new Uint8Array([1]), { data, signature: new Uint8Array() }), false);
  assertEquals(ready.size, 2);
});

Deno.test("public keys: a signature once found good vouches for the same bytes only", async () => {
  const key = await nodeKeyOf(await generateKeyPair("P-384"));
  const other = await nodeKeyOf(await generateKeyPair("P-384"));
  const keys = new PublicKeys();
  const signature = await sign(key);
  const verify = (pem: Uint8Array, signed: Parameters<PublicKeys["verify"]>[1]) => keys.verify(pem, signed);
  assertEquals(await verify(key.publicKey, { data, signature }), true);
  assertEquals(await verify(key.publicKey, { data, signature }), true);
  const later = new TextEncoder().encode("2026-11-22T17:56:50+00:00");
  assertEquals(await verify(key.publicKey, { data: later, signature }), false);
  const changed = signature.with(-1, signature.at(-1)! ^ 1);
  assertEquals(await verify(key.publicKey, { data, signature: changed }), false);
  assertEquals(await verify(other.publicKey, { data, signature }), false);
});
