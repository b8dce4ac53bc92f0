import * as grpc from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import http2, { type ServerHttp2Stream } from "node:http2";
import type { ByteBudget, Release } from "../../rpc/budget.ts";
import { giveBack } from "../../rpc/give_back.ts";
import { RpcError } from "../../rpc/status.ts";
import type { CallTarget, OutgoingReply } from "../../rpc/transport.ts";
import type { Connection, Log } from "../ports.ts";
import { streamUnder } from "./http2_stream.ts";
import { asBuffer, fromGrpc, toGrpc } from "./metadata.ts";
import { writePaced } from "./paced_write.ts";
import { RequestGate, SMALL_MESSAGE_BYTES } from "./request_gate.ts";
import type { RequestLine } from "./request_line.ts";
import { connectionOf } from "./server_connection.ts";
import type { SlowSenders } from "./slow_senders.ts";

/** What a door knows that its calls need. */
export interface DoorContext {
  readonly target: CallTarget;
  readonly maxMessageBytes: number;
  readonly budget: ByteBudget;
  readonly line: RequestLine;
  readonly slowSenders: SlowSenders;
  readonly secure: boolean;
  readonly log: Log;
}

/** The reply as grpc-js takes it. */
type Outlet = grpc.ServerWritableStream<Buffer, Buffer>;

/** One call of grpc-js, from its headers to the end of its stream. */
export class ServerCall {
  /** Resolves when nothing of the call is left. */
  readonly closed: Promise<void>;
  readonly #base: grpc.ServerInterceptingCallInterface;
  readonly #stream: ServerHttp2Stream;
  readonly #gate: RequestGate;
  readonly #connection: Connection;
  readonly #door: DoorContext;
  readonly #over = new AbortController();
  readonly #releases: Release[] = [];
  #gone = false;
  #writing: (() => void) | undefined;

  constructor(base: grpc.ServerInterceptingCallInterface, door: DoorContext) {
    const stream = streamUnder(base);
    this.#base = base;
    this.#stream = stream;
    this.#door = door;
    this.#connection = connectionOf(stream.session as http2.ServerHttp2Session, door);
    // What breaks a stream ends in its closing; an error without a listener would end the process.
    stream.on("error", (error) => door.log.debug(`A call's stream broke: ${error.message}`));
    this.closed = new Promise((resolve) => stream.once("close", resolve));
    this.closed.then(() => this.#close());
    const { maxMessageBytes, line, slowSenders } = door;
    this.#gate = new RequestGate(stream, {
      ...{ maxMessageBytes, line, slowSenders, signal: this.#over.signal },
      sender: hostOf(this.#connection),
      hold: (release) => this.#hold(release),
      refuse: (error) => this.#refuse(error),
    });
  }

  /** The call for grpc-js, and its metadata when they are there. */
  intercepted(begun: (metadata: grpc.Metadata) => void): grpc.ServerInterceptingCall {
    return new grpc.ServerInterceptingCall(this.#base, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, go) => {
            begun(metadata);
            go(metadata);
          },
          onReceiveHalfClose: (go) => {
            this.#gate.ended();
            if (this.#gate.hasMessage) return go();
            this.#refuse(new RpcError("INTERNAL", "Received no request message, or one that is cut short"));
          },
          onCancel: () => this.#leave(),
        }),
    });
  }

  /** Answers the call; never rejects. */
  async answer(outlet: Outlet): Promise<void> {
    try {
      const reply = await this.#door.target.dispatch({
        path: outlet.getPath(),
        metadata: fromGrpc(outlet.metadata),
        request: outlet.request,
        connection: this.#connection,
        signal: this.#over.signal,
        reserve: (bytes) => this.#reserve(bytes),
      });
      await this.#reply(outlet, reply);
      outlet.end();
    } catch (error) {
      outlet.emit("error", grpcStatus(this.#asRpcError(error, outlet)));
    }
  }

  /** Tells the handler that its time is over; a reply that still comes is sent. */
  interrupt(reason: RpcError): void {
    this.#over.abort(reason);
  }

  #refuse(error: RpcError): void {
    this.#base.sendStatus(grpcStatus(error));
  }

  async #reserve(bytes: number): Promise<void> {
    const { budget, line } = this.#door;
    if (bytes <= SMALL_MESSAGE_BYTES) return;
    // Whoever holds room already must not wait for more: the room it waits for may wait for it.
    if (this.#releases.length > 0) return this.#hold(budget.charge(bytes));
    this.#hold(await line.acquire(bytes, { sender: hostOf(this.#connection), signal: this.#over.signal }));
  }

  #hold(release: Release): void {
    if (this.#stream.closed || this.#stream.destroyed) release();
    else this.#releases.push(release);
  }

  async #reply(outlet: Outlet, { headers, body }: OutgoingReply): Promise<void> {
    outlet.sendMetadata(toGrpc(headers));
    if (body instanceof Uint8Array) {
      await this.#write(outlet, body);
      return giveBack(body);
    }
    for await (const message of body) {
      if (this.#gone) return;
      await this.#write(outlet, message);
    }
    if (this.#over.signal.aborted) throw this.#over.signal.reason;
  }

  async #write(outlet: Outlet, message: Uint8Array): Promise<void> {
    if (message.length > SMALL_MESSAGE_BYTES) {
      // Bytes that are in memory already are only counted: waiting would save nothing.
      if (this.#releases.length === 0) this.#hold(this.#door.budget.charge(message.length));
      this.#startPatience(outlet, message.length);
      this.#stream.write(messagePrefix(message.length));
      return await writePaced(this.#stream, message);
    }
    await new Promise<void>((resolve) => {
      if (this.#gone) return resolve();
      // grpc-js never calls back for a call that has ended.
      this.#writing = resolve;
      outlet.write(asBuffer(message), () => resolve());
    });
  }

  #startPatience(outlet: Outlet, bytes: number): void {
    const leave = this.#door.slowSenders.watchReply(bytes, () => {
      this.#door.log.debug(`Reply to ${outlet.getPath()} was not taken by ${this.#connection.peerAddress}`);
      if (!this.#stream.closed) this.#stream.close(http2.constants.NGHTTP2_CANCEL);
    });
    this.closed.then(leave);
  }

  /** The peer, the deadline or the status ended the call. */
  #leave(): void {
    this.#gone = true;
    this.#writing?.();
    this.#over.abort(new RpcError("CANCELLED", "The caller is gone"));
  }

  #close(): void {
    this.#leave();
    for (const release of this.#releases.splice(0)) release();
  }

  #asRpcError(error: unknown, outlet: Outlet): RpcError {
    if (error instanceof RpcError) return error;
    const text = error instanceof Error ? error.stack : error;
    this.#door.log.error(`Unexpected error in ${outlet.getPath()}: ${text}`);
    return new RpcError("INTERNAL", "Internal server error.");
  }
}

/** What gRPC puts before a message that is not compressed. */
function messagePrefix(length: number): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(length, 1);
  return prefix;
}

/** Whoever opens many connections is one sender all the same. */
function hostOf({ peerAddress }: Connection): string {
  return peerAddress.slice(0, peerAddress.lastIndexOf(":"));
}

function grpcStatus({ code, details }: RpcError): { code: grpc.status; details: string; message: string } {
  const text = details.toWellFormed();
  return { code: grpc.status[code], details: text, message: text };
}
