import type { Method } from "../../core/rpc/method.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A method whose messages are texts, sent as UTF-8; what is no UTF-8 cannot be decoded. */
export function textMethod(name: string, options: { streaming?: boolean } = {}): Method<string, string> {
  return method(name, {
    ...options,
    decode: (bytes) => decoder.decode(bytes),
    encode: (text) => encoder.encode(text),
  });
}

/** A method whose messages are the bytes themselves. */
export function bytesMethod(
  name: string,
  options: { streaming?: boolean } = {},
): Method<Uint8Array, Uint8Array> {
  return method(name, { ...options, decode: (bytes) => bytes, encode: (bytes) => bytes });
}

function method<T>(
  name: string,
  codec: { streaming?: boolean; decode(bytes: Uint8Array): T; encode(value: T): Uint8Array },
): Method<T, T> {
  const { decode, encode, streaming = false } = codec;
  return {
    ...{ path: `/test.Service/${name}`, service: "test.Service", name, streaming },
    ...{ decodeRequest: decode, encodeRequest: encode, decodeResponse: decode, encodeResponse: encode },
  };
}
