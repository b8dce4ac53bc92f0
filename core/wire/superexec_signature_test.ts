import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { vectors } from "../../proto/vectors.ts";
import { bodyHash, superexecKey, superexecSignature, superexecText } from "./superexec_signature.ts";

interface SuperExecVector {
  master_secret_hex: string;
  derived_secret_hex: string;
  method: string;
  timestamp: number;
  nonce: string;
  request_hex: string;
  body_sha256: string;
  canonical_text: string;
  signature: string;
}
const vector = (await vectors<{ superexec_1_32_1: SuperExecVector }>("auth.json")).superexec_1_32_1;

Deno.test("superexec signature: the reference's vector", () => {
  const key = superexecKey(Buffer.from(vector.master_secret_hex, "hex"));
  assertEquals(Buffer.from(key).toString("hex"), vector.derived_secret_hex);
  const bodySha256 = bodyHash(Buffer.from(vector.request_hex, "hex"));
  assertEquals(bodySha256, vector.body_sha256);
  const claim = {
    method: vector.method,
    timestamp: String(vector.timestamp),
    nonce: vector.nonce,
    bodySha256,
  };
  assertEquals(superexecText(claim), vector.canonical_text);
  assertEquals(superexecSignature(key, claim), vector.signature);
});

Deno.test("superexec signature: a secret without a final newline is another secret", () => {
  const key = superexecKey(new TextEncoder().encode("secret"));
  const claim = {
    method: "/flwr.proto.ServerAppIo/PullPendingTasks",
    timestamp: "1700000000",
    nonce: "00112233445566778899aabbccddeeff",
    bodySha256: bodyHash(new Uint8Array()),
  };
  assertEquals(
    superexecSignature(key, claim),
    "7d49d3a97814a0a55ca716fd867b58783fd394958ab0906a6198a891742e6acd",
  );
});
