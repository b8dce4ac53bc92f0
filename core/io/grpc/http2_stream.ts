import type * as grpc from "@grpc/grpc-js";
import type { ServerHttp2Stream } from "node:http2";

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
