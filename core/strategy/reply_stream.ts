import { CarrierGrid } from "../app/carrier_grid.ts";
import type { Grid, ReplyOptions } from "../app/grid.ts";
import type { Message } from "../model/app_message.ts";
import type { NodeId } from "../model/ids.ts";
import type { PhaseReport } from "./journal.ts";

/**
 * When the rest of the nodes is not waited for.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { StartOptions, StragglerOptions } from "corolla";
 *
 * // Once nine of ten nodes have answered, the others have half a minute.
 * const stragglers: StragglerOptions = { enough: 0.9, graceSeconds: 30 };
 * const options: StartOptions = { numRounds: 10, stragglers };
 * assertEquals(options.stragglers!.enough, 0.9);
 * ```
 */
export interface StragglerOptions {
  /** How many replies are enough; below 1, which part of the nodes asked. */
  readonly enough: number;
  /** Seconds that the others still have once there are enough; 0 unless told. */
  readonly graceSeconds?: number;
}

/** How the replies of a phase are waited for. */
export interface ReplyStreamOptions {
  readonly grid: Grid;
  /** Seconds for the whole phase. */
  readonly timeout: number;
  readonly stragglers?: StragglerOptions;
  /** How many valid replies there must be; below 1, which part of the nodes asked. */
  readonly minReplies?: number;
  readonly signal?: AbortSignal;
}

type Send = (grid: Grid, options: ReplyOptions) => AsyncIterable<Message>;

/** A phase had fewer valid replies than it must have. */
export class TooFewRepliesError extends Error {
  override name = "TooFewRepliesError";
}

/** The replies of a phase as they come, and what became of each message. To be read once. */
export class ReplyStream implements AsyncIterable<Message> {
  readonly #messages: readonly Message[];
  readonly #options: ReplyStreamOptions;
  readonly #unanswered: Set<NodeId>;
  readonly #failures: { node: string; reason: string }[] = [];
  #replies = 0;

  constructor(messages: readonly Message[], options: ReplyStreamOptions) {
    this.#messages = messages;
    this.#options = options;
    this.#unanswered = new Set(messages.map(({ metadata }) => metadata.dstNodeId));
  }

  /** What became of the messages so far. */
  get report(): PhaseReport {
    const missing = [...this.#unanswered].sort(byId).map(String);
    const failures = this.#failures.toSorted((a, b) => byId(BigInt(a.node), BigInt(b.node)));
    return { asked: this.#messages.length, replies: this.#replies, failures, missing };
  }

  /** @throws {TooFewRepliesError} at the end */
  [Symbol.asyncIterator](): AsyncGenerator<Message> {
    return this.#all((grid, options) => grid.sendAndStream(this.#messages, options));
  }

  /**
   * The same replies, whose large arrays may still be distant: for whoever reads them with `readDistant`.
   * @throws {TooFewRepliesError} at the end
   */
  distant(): AsyncIterable<Message> {
    // Whoever wraps a grid sees whole replies.
    return this.#all((grid, options) =>
      grid instanceof CarrierGrid
        ? grid.streamDistant(this.#messages, options)
        : grid.sendAndStream(this.#messages, options)
    );
  }

  async *#all(send: Send): AsyncGenerator<Message> {
    if (this.#messages.length > 0) yield* this.#received(send);
    const { minReplies = 0 } = this.#options;
    const needed = countOf(minReplies, this.#messages.length);
    if (this.#messages.length === 0 || this.#replies >= needed) return;
    throw new TooFewRepliesError(
      `there must be ${needed} valid replies: there are ${this.#replies} (${failuresText(this.report)})`,
    );
  }

  async *#received(send: Send): AsyncGenerator<Message> {
    const { grid, timeout, stragglers, signal } = this.#options;
    const cut = new AbortController();
    const over = new AbortController();
    const either = signal ? AbortSignal.any([signal, cut.signal]) : cut.signal;
    try {
      for await (const reply of send(grid, { timeout, signal: either })) {
        this.#note(reply);
        const sizeBytes = reply.hasContent() ? reply.content.countBytes() : 0;
        yield reply;
        // Whoever folds replies as they come is through with this one.
        grid.host.spent?.(sizeBytes);
        if (this.#replies === this.#enough(stragglers)) {
          const graceMs = (stragglers?.graceSeconds ?? 0) * 1000;
          grid.host.clock.sleep(graceMs, over.signal).then(() => {
            if (!over.signal.aborted) cut.abort();
          });
        }
      }
    } catch (error) {
      if (!cut.signal.aborted || signal?.aborted) throw error;
    } finally {
      over.abort();
    }
    if (cut.signal.aborted && this.#unanswered.size > 0) {
      grid.host.log.info(
        `Went on without ${this.#unanswered.size} nodes: ${[...this.#unanswered].join(", ")}`,
      );
    }
  }

  #enough(stragglers: StragglerOptions | undefined): number {
    return stragglers ? countOf(stragglers.enough, this.#messages.length) : Infinity;
  }

  #note(reply: Message): void {
    const node = this.#nodeOf(reply);
    this.#unanswered.delete(node);
    if (reply.hasContent()) this.#replies++;
    else {this.#failures.push({
        node: String(node),
        reason: reply.error.reason || `error ${reply.error.code}`,
      });}
  }

  /** Errors that the SuperLink made in a node's place come from the SuperLink. */
  #nodeOf({ metadata }: Message): NodeId {
    const asked = this.#messages.find((message) => message.metadata.messageId === metadata.replyToMessageId);
    return asked?.metadata.dstNodeId ?? metadata.srcNodeId;
  }
}

/** Who failed and who is missing, for people. */
export function failuresText({ failures, missing }: PhaseReport): string {
  const failed = failures.map(({ node, reason }) => `node ${node}: ${reason}`);
  const silent = missing.length > 0 ? [`no reply in time from node ${missing.join(", ")}`] : [];
  return [...failed, ...silent].join("; ") || "no node was asked";
}

function byId(a: NodeId, b: NodeId): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function countOf(wanted: number, all: number): number {
  return wanted < 1 ? Math.ceil(wanted * all) : wanted;
}
