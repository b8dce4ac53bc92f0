/**
 * Fernet tokens: a text that only who has the key can read, or could have written. AES-128-CBC and HMAC-SHA256, with
 * the time in front.
 *
 * @module
 */
const VERSION = 0x80;
const HEAD_BYTES = 9;
const IV_BYTES = 16;
const MAC_BYTES = 32;
const HALF_KEY_BYTES = 16;

/** What is new in every token. */
export interface TokenSeal {
  /** 16 unpredictable bytes. */
  readonly iv: Uint8Array;
  /** Unix seconds. */
  readonly time: number;
}

/** A token of a text. @param key 32 bytes in base64url, as text */
export async function encryptToken(
  plaintext: Uint8Array,
  { key, seal }: { key: Uint8Array; seal: TokenSeal },
): Promise<Uint8Array> {
  const { signing, encryption } = await keysOf(key);
  const iv = owned(seal.iv);
  const ciphertext = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-CBC", iv }, encryption, owned(plaintext)),
  );
  const head = new Uint8Array(HEAD_BYTES + IV_BYTES + ciphertext.length);
  head[0] = VERSION;
  new DataView(head.buffer).setBigUint64(1, BigInt(Math.floor(seal.time)));
  head.set(iv, HEAD_BYTES);
  head.set(ciphertext, HEAD_BYTES + IV_BYTES);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", signing, head));
  const token = new Uint8Array([...head, ...mac]);
  return new TextEncoder().encode(token.toBase64({ alphabet: "base64url" }));
}

/** The text of a token, however old. @throws {TypeError} when it was not made with this key */
export async function decryptToken(token: Uint8Array, key: Uint8Array): Promise<Uint8Array> {
  const refusal = () =>
    new TypeError("Cannot read a token as it must be made with the key that both nodes share");
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(new TextDecoder().decode(token), { alphabet: "base64url" });
  } catch {
    throw refusal();
  }
  if (bytes.length < HEAD_BYTES + IV_BYTES + MAC_BYTES || bytes[0] !== VERSION) throw refusal();
  const { signing, encryption } = await keysOf(key);
  const [signed, mac] = [bytes.slice(0, -MAC_BYTES), bytes.slice(-MAC_BYTES)];
  if (!await crypto.subtle.verify("HMAC", signing, mac, signed)) throw refusal();
  const iv = signed.slice(HEAD_BYTES, HEAD_BYTES + IV_BYTES);
  const ciphertext = signed.slice(HEAD_BYTES + IV_BYTES);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, encryption, ciphertext));
}

async function keysOf(key: Uint8Array): Promise<{ signing: CryptoKey; encryption: CryptoKey }> {
  const bytes = Uint8Array.fromBase64(new TextDecoder().decode(key), { alphabet: "base64url" });
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return {
    signing: await crypto.subtle.importKey("raw", bytes.slice(0, HALF_KEY_BYTES), hmac, false, [
      "sign",
      "verify",
    ]),
    encryption: await crypto.subtle.importKey("raw", bytes.slice(HALF_KEY_BYTES), "AES-CBC", false, [
      "encrypt",
      "decrypt",
    ]),
  };
}

/** A copy in memory that no other thread shares, as Web Crypto asks for. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
