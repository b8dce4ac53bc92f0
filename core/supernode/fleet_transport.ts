import type { NodeKey } from "../auth/keys.ts";
import { LegacyNodeTransport } from "../auth/legacy_node_transport.ts";
import { isMethodUnknown } from "../auth/unknown_method.ts";
import type { Clock, Log } from "../io/ports.ts";
import { MemoryTransport } from "../rpc/memory_transport.ts";
import { RpcError } from "../rpc/status.ts";
import type { CallOptions, RawReply, Transport } from "../rpc/transport.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { legacyFleetRouter } from "./legacy_fleet.ts";

/** What a {@link FleetTransport} works with. */
export interface FleetTransportOptions {
  /** The bare way to the SuperLink. */
  readonly inner: Transport;
  readonly key: NodeKey;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long the SuperLink may take to say whether it knows the old methods. Milliseconds. */
const QUESTION_TIMEOUT_MS = 20_000;

/** A failure of these kinds says nothing about what the SuperLink knows. */
const NO_ANSWER = ["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"];

/**
 * The way of a SuperNode to its SuperLink's Fleet methods. A SuperLink of Flower 1.14.0, which does not know them, is
 * spoken to by its own; which it is is settled by the first call that is answered.
 */
export class FleetTransport implements Transport {
  #settled: Transport | undefined;

  /** @param current vouches for calls as is done today */
  constructor(readonly current: Transport, readonly options: FleetTransportOptions) {}

  get address(): string {
    return this.current.address;
  }

  async unary(path: string, request: Uint8Array, options?: CallOptions): Promise<RawReply> {
    if (this.#settled) return await this.#settled.unary(path, request, options);
    try {
      const reply = await this.current.unary(path, request, options);
      this.#settled = this.current;
      return reply;
    } catch (error) {
      if (!isMethodUnknown(error) || !await this.#isLegacy()) throw error;
    }
    this.#settled = this.#legacy();
    return await this.#settled.unary(path, request, options);
  }

  stream(path: string, request: Uint8Array, options?: CallOptions): AsyncIterable<Uint8Array> {
    return this.current.stream(path, request, options);
  }

  ready(timeoutMs: number): Promise<void> {
    return this.current.ready(timeoutMs);
  }

  close(): void {
    this.current.close();
  }

  /** Asks for the instructions of nobody: a method that SuperLinks of today do not have. */
  async #isLegacy(): Promise<boolean> {
    const { path, encodeRequest } = legacyFleet.PullTaskIns;
    const nobody = encodeRequest({ node: { node_id: 1n, anonymous: false } });
    try {
      await this.options.inner.unary(path, nobody, { timeoutMs: QUESTION_TIMEOUT_MS });
      return true;
    } catch (error) {
      if (error instanceof RpcError && NO_ANSWER.includes(error.code)) throw error;
      return !isMethodUnknown(error);
    }
  }

  #legacy(): Transport {
    const { inner, key, clock, log } = this.options;
    log.warn(
      `The SuperLink at ${this.address} is of Flower 1.14.0 or earlier. It is spoken to as that release does: each ` +
        `message is whole in memory, and a MAC, where it asks for one, covers the body of a call only and can be ` +
        `replayed. With --require-node-auth hmac this SuperNode would not join`,
    );
    const router = legacyFleetRouter({ transport: new LegacyNodeTransport(inner, key), clock, log });
    return new MemoryTransport(router, { clock, address: this.address });
  }
}
