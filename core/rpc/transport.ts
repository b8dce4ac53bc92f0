import type { Connection } from "../io/ports.ts";
import type { Metadata } from "./metadata.ts";

/** A call as it comes through a door: bytes and what is known about who sent them. */
export interface IncomingCall {
  readonly path: string;
  readonly metadata: Metadata;
  /** The request exactly as received. */
  readonly request: Uint8Array;
  readonly connection: Connection;
  /** Aborted when the caller cancelled, its deadline passed or its connection is gone. */
  readonly signal: AbortSignal;
  /**
   * Resolves when there is room in memory for a reply of so many bytes; the room is given back when the call ends.
   * For handlers to await before they read something large. @throws {RpcError} CANCELLED when the call ended first
   */
  reserve(bytes: number): Promise<void>;
}

/** What goes back through the door. A refusal is a thrown `RpcError` instead. */
export interface OutgoingReply {
  /** Sent before the first message. */
  readonly headers: Metadata;
  /** One message, or each message of a stream as it comes. Its memory is the door's, which may empty it. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Answers calls, whatever door they come through. @throws {RpcError} and nothing else */
export interface CallTarget {
  dispatch(call: IncomingCall): Promise<OutgoingReply>;
}

/** What a client may say about one call. */
export interface CallOptions {
  readonly metadata?: Metadata;
  /** Milliseconds from now; none unless told. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A unary reply as bytes. */
export interface RawReply {
  readonly headers: Metadata;
  readonly body: Uint8Array;
}

/** Carries calls to one peer. Everything that goes wrong is an `RpcError`. */
export interface Transport {
  /** `host:port` or another name of the peer, for messages to people. */
  readonly address: string;
  unary(path: string, request: Uint8Array, options?: CallOptions): Promise<RawReply>;
  stream(path: string, request: Uint8Array, options?: CallOptions): AsyncIterable<Uint8Array>;
  /** Resolves when the peer can be reached. @throws {RpcError} UNAVAILABLE with the reason after `timeoutMs` */
  ready(timeoutMs: number): Promise<void>;
  close(): void;
}
