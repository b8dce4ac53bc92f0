import { giveBack } from "./give_back.ts";
import type { Method } from "./method.ts";

/** What stands before the content of an object in a message is an id and a few numbers. */
const HEADROOM_BYTES = 256;

/** The wire type of bytes. */
const LENGTH_DELIMITED = 2;

const rooms = new WeakSet<ArrayBufferLike>();

/**
 * Memory for the content of an object, up to so many bytes, with room before it: a message that carries the content
 * is made around it, and does not take as much again. Who fills it must not look at it after it was encoded.
 */
export function contentRoom(sizeBytes: number): Uint8Array {
  const room = new Uint8Array(HEADROOM_BYTES + sizeBytes);
  rooms.add(room.buffer);
  return room.subarray(HEADROOM_BYTES);
}

/** A message that carries the content of an object. */
interface Carrier {
  object_content?: Uint8Array | null;
}

/** Encodes a message around its content, which is its field number `field`; an ordinary content is copied. */
function around<Message extends Carrier>(
  message: Message,
  { encode, field }: { encode: (message: Message) => Uint8Array; field: number },
): Uint8Array {
  const { object_content: content } = message;
  if (!content || !rooms.has(content.buffer)) return encode(message);
  const head = encode({ ...message, object_content: undefined });
  const tag = [field << 3 | LENGTH_DELIMITED, ...varint(content.length)];
  const start = content.byteOffset - tag.length - head.length;
  if (start < 0) return encode(message);
  const encoded = new Uint8Array(content.buffer, start, head.length + tag.length + content.length);
  encoded.set(head);
  encoded.set(tag, head.length);
  return encoded;
}

function varint(value: number): number[] {
  const bytes = [];
  for (; value > 0x7f; value >>>= 7) bytes.push(value & 0x7f | 0x80);
  return [...bytes, value];
}

/** The method that is called with an object's content: in its own memory, when that has room. */
export function pushedAroundContent<Req, Res, ReqInit extends Carrier, ResInit>(
  method: Method<Req, Res, ReqInit, ResInit>,
): Method<Req, Res, ReqInit, ResInit> {
  const encode = { encode: method.encodeRequest, field: 4 };
  return { ...method, encodeRequest: (request) => around(request, encode) };
}

/**
 * The method that answers with an object's content: in its own memory, when that has room. Else the memory of the
 * content goes as soon as the answer is encoded.
 */
export function pulledAroundContent<Req, Res, ReqInit, ResInit extends Carrier>(
  method: Method<Req, Res, ReqInit, ResInit>,
): Method<Req, Res, ReqInit, ResInit> {
  const encode = { encode: method.encodeResponse, field: 3 };
  const encodeResponse = (response: ResInit) => {
    const bytes = around(response, encode);
    const { object_content: content } = response;
    if (content && content.buffer !== bytes.buffer) giveBack(content);
    return bytes;
  };
  return { ...method, encodeResponse };
}
