import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";

/** The version of the scheme that is described here and in SECURITY.md. */
const VERSION = 1;

const [EPOCH_BYTES, SESSION_BYTES, MAC_BYTES] = [16, 16, 32];
const COUNTER_AT = 1 + EPOCH_BYTES + SESSION_BYTES;
const TIMESTAMP_AT = COUNTER_AT + 8;
const MAC_AT = TIMESTAMP_AT + 8;
const LENGTH = MAC_AT + MAC_BYTES;

const LABEL = "corolla-node-auth-1";

/** From this size on a body is hashed aside, so that other calls get a turn. Bytes. */
const LARGE = 64 * 1024;

/** What a node says with a call to vouch for it. */
export interface NodeMac {
  /** Names the key of the SuperLink that was agreed with. 16 bytes. */
  readonly epoch: Uint8Array;
  /** Chosen by the node at random, once. 16 bytes. */
  readonly session: Uint8Array;
  /** Never the same twice in a session. */
  readonly counter: number;
  /** Unix milliseconds. */
  readonly timestampMs: number;
  /** 32 bytes. */
  readonly mac: Uint8Array;
}

/** The header's bytes without the MAC: what the MAC covers of it. */
export function nodeMacHead(said: Omit<NodeMac, "mac">): Uint8Array {
  const head = Buffer.alloc(MAC_AT);
  head[0] = VERSION;
  head.set(said.epoch, 1);
  head.set(said.session, 1 + EPOCH_BYTES);
  head.writeBigUInt64BE(BigInt(said.counter), COUNTER_AT);
  head.writeBigUInt64BE(BigInt(said.timestampMs), TIMESTAMP_AT);
  return head;
}

/** What of a header the MAC covers, as {@link nodeMacHead} made it. @param header one that {@link parseNodeMac} reads */
export function coveredHead(header: Uint8Array): Uint8Array {
  return header.subarray(0, MAC_AT);
}

/** What names a session, of a header: the SuperLink's key and the node's own number. */
export function sessionBytes(header: Uint8Array): Uint8Array {
  return header.subarray(1, COUNTER_AT);
}

/** What stands in a header; `undefined` for one of another version, length, or with numbers that are too large. */
export function parseNodeMac(header: Uint8Array): NodeMac | undefined {
  if (header.length !== LENGTH || header[0] !== VERSION) return undefined;
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.length);
  const counter = Number(bytes.readBigUInt64BE(COUNTER_AT));
  const timestampMs = Number(bytes.readBigUInt64BE(TIMESTAMP_AT));
  if (!Number.isSafeInteger(counter) || !Number.isSafeInteger(timestampMs)) return undefined;
  return {
    epoch: bytes.subarray(1, 1 + EPOCH_BYTES),
    session: bytes.subarray(1 + EPOCH_BYTES, COUNTER_AT),
    counter,
    timestampMs,
    mac: bytes.subarray(MAC_AT),
  };
}

/** What a MAC covers. */
export interface NodeMacInput {
  /** As {@link nodeMacHead} makes it. */
  readonly head: Uint8Array;
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The SHA-256 of the request exactly as it is sent. */
  readonly bodyHash: Uint8Array;
}

/** The MAC of one call. @param key as {@link nodeMacKey} derives it */
export function nodeMac(key: Uint8Array, { head, path, bodyHash }: NodeMacInput): Uint8Array {
  return createHmac("sha256", key).update(LABEL).update(head).update(nameOf(path)).update(bodyHash).digest();
}

/** Paths are a few dozen: those of methods. */
const names = new Map<string, Uint8Array>();
const MOST_NAMES = 256;

/** A path and before it its length. */
function nameOf(path: string): Uint8Array {
  const known = names.get(path);
  if (known) return known;
  const text = Buffer.from(path);
  const name = Buffer.alloc(2 + text.length);
  name.writeUInt16BE(text.length);
  name.set(text, 2);
  if (names.size < MOST_NAMES) names.set(path, name);
  return name;
}

/** The SHA-256 of a request. */
export async function requestHash(request: Uint8Array): Promise<Uint8Array> {
  if (request.length < LARGE) return createHash("sha256").update(request).digest();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", request as Uint8Array<ArrayBuffer>));
}

/**
 * The key of a session: HKDF-SHA256 over the secret that both sides share, with the session as salt and both public
 * keys (PEM SubjectPublicKeyInfo) in the info. 32 bytes.
 */
export async function nodeMacKey(
  shared: Uint8Array,
  between: { session: Uint8Array; nodeKey: Uint8Array; linkKey: Uint8Array },
): Promise<Uint8Array> {
  const secret = await crypto.subtle.importKey("raw", Uint8Array.from(shared), "HKDF", false, ["deriveBits"]);
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16BE(between.nodeKey.length, 0);
  lengths.writeUInt16BE(between.linkKey.length, 2);
  const info = Uint8Array.from(
    Buffer.concat([Buffer.from(LABEL), lengths, between.nodeKey, between.linkKey]),
  );
  const salt = Uint8Array.from(between.session);
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt, info },
    secret,
    8 * MAC_BYTES,
  );
  return new Uint8Array(bits);
}

/** The name of a SuperLink's key: the first half of the SHA-256 of its PEM SubjectPublicKeyInfo. */
export function epochOf(linkKey: Uint8Array): Uint8Array {
  return createHash("sha256").update(linkKey).digest().subarray(0, EPOCH_BYTES);
}
