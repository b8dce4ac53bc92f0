import type * as grpc from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import type { ClientHttp2Stream, ServerHttp2Stream } from "node:http2";

/**
 * The HTTP/2 stream under a call. grpc-js keeps it to itself, but only the stream tells how large a message is before
 * all of it is in memory, over which connection it comes, and when its reply has left.
 * @throws {Error} when this grpc-js keeps it elsewhere
 */
export function streamUnder(call: grpc.ServerInterceptingCallInterface): ServerHttp2Stream {
  const { stream } = call as unknown as { stream?: ServerHttp2Stream };
  if (typeof stream?.prependListener === "function" && stream.session) return stream;
  throw new Error("Cannot serve with this version of grpc-js: its calls have no HTTP/2 stream");
}

/** A call of a client is a chain: interceptors, name resolution, attempts, the pick of a connection, the stream. */
interface Link {
  readonly call?: Link;
  readonly child?: Link;
  readonly underlyingCalls?: readonly { readonly call: Link }[];
  readonly http2Stream?: ClientHttp2Stream;
}

/**
 * The HTTP/2 stream under a call that has begun to write; undefined when the call is over.
 * @throws {Error} when this grpc-js keeps it elsewhere
 */
export function streamUnderClient(call: grpc.ClientReadableStream<Buffer>): ClientHttp2Stream | undefined {
  let link: Link | undefined = call as unknown as Link;
  while (link && !link.http2Stream) link = link.call ?? link.child ?? link.underlyingCalls?.at(-1)?.call;
  if (link?.http2Stream) return link.http2Stream;
  if (call.destroyed || call.readableEnded) return undefined;
  throw new Error("Cannot call with this version of grpc-js: its calls have no HTTP/2 stream");
}
