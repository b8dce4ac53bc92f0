/** One remote procedure: its place on the wire and how its two messages become bytes. */
export interface Method<Request, Response, RequestInit = Request, ResponseInit = Response> {
  /** `/package.Service/Name`. */
  readonly path: string;
  /** `package.Service`. */
  readonly service: string;
  readonly name: string;
  /** Whether the reply is a stream of messages. */
  readonly streaming: boolean;
  decodeRequest(bytes: Uint8Array): Request;
  encodeRequest(request: RequestInit): Uint8Array;
  decodeResponse(bytes: Uint8Array): Response;
  /** The bytes, in memory that is theirs alone. */
  encodeResponse(response: ResponseInit): Uint8Array;
}

// deno-lint-ignore no-explicit-any -- a table of methods mixes every message type
export type AnyMethod = Method<any, any, any, any>;
