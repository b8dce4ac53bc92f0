import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { legacyMessage, type LegacyMethods, legacyMethods } from "../../proto/flwr_1_14.ts";
import { bytewise, longerFirst, withMapsInOrder } from "./map_order.ts";

/** From this size on a request is hashed aside, so that other calls get a turn. Bytes. */
const LARGE = 64 * 1024;

/**
 * The key with which a SuperNode of Flower 1.14.0 and its SuperLink make MACs: the text in URL-safe base64 of what
 * HKDF-SHA256, without salt and info, makes of their shared secret.
 */
export async function legacyMacKey(shared: Uint8Array): Promise<Uint8Array> {
  const secret = await crypto.subtle.importKey("raw", Uint8Array.from(shared), "HKDF", false, ["deriveBits"]);
  const empty = new Uint8Array();
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: empty, info: empty },
    secret,
    256,
  );
  return new TextEncoder().encode(toUrlSafe(new Uint8Array(bits)));
}

/** The MAC of bytes. */
export async function legacyMac(key: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length < LARGE) return createHmac("sha256", key).update(bytes).digest();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", Uint8Array.from(key), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes as Uint8Array<ArrayBuffer>));
}

/**
 * What the MAC of a request may cover: the sender writes maps as they come and makes the MAC over them in order, which
 * depends on its protobuf. All of these are the same message. Each is made when it is asked for.
 * @param method its name
 */
export function* signedForms(method: string, request: Uint8Array): Generator<Uint8Array> {
  yield request;
  if (!hasMaps(method)) return;
  const message = legacyMessage(legacyMethods[method].requestType);
  for (const order of [longerFirst, bytewise]) yield withMapsInOrder(request, message, order);
}

/**
 * A request in the form over which a SuperLink of 1.14.0 makes the MAC, with the usual protobuf of Python.
 * @param method its name
 */
export function signedForm(method: string, request: Uint8Array): Uint8Array {
  if (!hasMaps(method)) return request;
  return withMapsInOrder(request, legacyMessage(legacyMethods[method].requestType), longerFirst);
}

/** All other requests have no maps. */
function hasMaps(method: string): method is "PushTaskRes" {
  return method === "PushTaskRes" satisfies keyof LegacyMethods;
}

/** Bytes as 1.14.0 writes them into a header: URL-safe base64 with padding. */
export function toUrlSafe(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("base64url");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** What stands in such a header; undefined when it is no base64 of whole bytes. Both alphabets are understood. */
export function fromUrlSafe(text: string): Uint8Array | undefined {
  const known = text.replace(/[^A-Za-z0-9+/_=-]/g, "");
  if (!/^[^=]*={0,2}$/.test(known) || known.length % 4 !== 0) return undefined;
  return Buffer.from(known, "base64url");
}
