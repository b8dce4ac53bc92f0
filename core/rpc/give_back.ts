import { discard } from "./discard.ts";
import type { Method } from "./method.ts";

/** Smaller pieces may share their memory with others. */
const LARGE_BYTES = 65_536;

/** Gives back the memory of large bytes that only the caller holds. Nobody may look at them again. */
export function giveBack(bytes: Uint8Array): void {
  if (bytes.length >= LARGE_BYTES) discard(bytes, { whole: true });
}

/** The method that answers with an object's content, whose memory goes as soon as the answer is encoded. */
export function contentOnce<Req, Res, ReqInit, ResInit extends { object_content?: Uint8Array | null }>(
  method: Method<Req, Res, ReqInit, ResInit>,
): Method<Req, Res, ReqInit, ResInit> {
  const encodeResponse = (response: ResInit) => {
    const bytes = method.encodeResponse(response);
    if (response.object_content) giveBack(response.object_content);
    return bytes;
  };
  return { ...method, encodeResponse };
}
