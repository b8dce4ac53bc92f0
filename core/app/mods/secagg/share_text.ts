import type { NodeId } from "../../../model/ids.ts";

/** What one node tells another in secret: its shares of the sender's two secrets. */
export interface ShareText {
  readonly src: NodeId;
  readonly dst: NodeId;
  /** Of the seed of the sender's own mask. */
  readonly seedShare: Uint8Array;
  /** Of the sender's private key for pair masks. */
  readonly keyShare: Uint8Array;
}

const HEAD_BYTES = 20;

/** The text as bytes. */
export function encodeShareText({ src, dst, seedShare, keyShare }: ShareText): Uint8Array {
  const text = new Uint8Array(HEAD_BYTES + seedShare.length + keyShare.length);
  const view = new DataView(text.buffer);
  view.setBigUint64(0, src, true);
  view.setBigUint64(8, dst, true);
  view.setUint32(16, seedShare.length, true);
  text.set(seedShare, HEAD_BYTES);
  text.set(keyShare, HEAD_BYTES + seedShare.length);
  return text;
}

/** The text that the bytes stand for. @throws {TypeError} when they are cut */
export function decodeShareText(text: Uint8Array): ShareText {
  if (text.length < HEAD_BYTES) throw new TypeError("Cannot read a node's shares as the text is cut");
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
  const middle = HEAD_BYTES + view.getUint32(16, true);
  if (middle > text.length) throw new TypeError("Cannot read a node's shares as the text is cut");
  return {
    src: view.getBigUint64(0, true),
    dst: view.getBigUint64(8, true),
    seedShare: text.slice(HEAD_BYTES, middle),
    keyShare: text.slice(middle),
  };
}
