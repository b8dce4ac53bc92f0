import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { vectors } from "../../proto/vectors.ts";
import { parsePrivateKey } from "../wire/private_key.ts";
import { encodeSpkiPem } from "../wire/spki.ts";
import { ephemeralNodeKey, generateKeyPair, nodeKeyOf } from "./keys.ts";
import { sharedSecret } from "./shared_secret.ts";

const { hmac_1_14_0: vector } = await vectors<{
  hmac_1_14_0: { server: Half; client: Half; ecdh_raw_x_hex: string };
}>("auth.json");
interface Half {
  openssh_private: string;
  spki_pem: string;
}

Deno.test("both sides agree on the secret of the vectors", async () => {
  for (const [own, other] of [[vector.server, vector.client], [vector.client, vector.server]]) {
    const key = await nodeKeyOf(await parsePrivateKey(own.openssh_private));
    const secret = await sharedSecret(key.agreementKey, Buffer.from(other.spki_pem));
    assertEquals(Buffer.from(secret).toString("hex"), vector.ecdh_raw_x_hex);
  }
});

for (const curve of ["P-256", "P-384", "P-521"] as const) {
  Deno.test(`two keys on ${curve} agree`, async () => {
    const [one, two] = [
      await nodeKeyOf(await generateKeyPair(curve)),
      await nodeKeyOf(await generateKeyPair(curve)),
    ];
    const secret = await sharedSecret(one.agreementKey, two.publicKey);
    assertEquals(secret, await sharedSecret(two.agreementKey, one.publicKey));
  });
}

Deno.test("there is no secret with another curve, with no key, and with no point", async () => {
  const [key, small] = [await ephemeralNodeKey(), await generateKeyPair("P-256")];
  const point = new Uint8Array(97).fill(7);
  point[0] = 4;
  const beside = encodeSpkiPem({ curve: "P-384", point });
  for (const other of [encodeSpkiPem(small), beside, Buffer.from("no key")]) {
    await assertRejects(() => sharedSecret(key.agreementKey, other), TypeError, "Cannot agree on a secret");
  }
});
