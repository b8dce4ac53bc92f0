/**
 * The book of behaviours: which tests show what a method does. Every call that any router of this process answers or
 * refuses is watched, so a test counts for a method only when it really called it.
 */
import { assert } from "@std/assert";
import type { AnyMethod } from "../../core/rpc/method.ts";
import { Router } from "../../core/rpc/router.ts";
import { RpcError, type StatusName } from "../../core/rpc/status.ts";

/** What came of a call: an answer, or the status of its refusal. */
export type Outcome = "OK" | StatusName;

/** What is known of one method. */
export interface Entry {
  /** The tests that are there. */
  readonly sentences: string[];
  /** The tests that passed so far. */
  readonly passed: string[];
  /** What came of its calls in these. */
  readonly outcomes: Set<Outcome>;
}

const entries = new Map<string, Entry>();
let watched: ((path: string, outcome: Outcome) => void) | undefined;

const dispatch = Router.prototype.dispatch;
Router.prototype.dispatch = async function (call) {
  const watcher = (outcome: Outcome) => watched?.(call.path, outcome);
  try {
    const reply = await dispatch.call(this, call);
    if (reply.body instanceof Uint8Array) watcher("OK");
    else return { ...reply, body: watchedStream(reply.body, watcher) };
    return reply;
  } catch (error) {
    watcher(outcomeOf(error));
    throw error;
  }
};

async function* watchedStream(
  messages: AsyncIterable<Uint8Array>,
  watcher: (outcome: Outcome) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* messages;
    watcher("OK");
  } catch (error) {
    watcher(outcomeOf(error));
    throw error;
  }
}

function outcomeOf(error: unknown): Outcome {
  return error instanceof RpcError ? error.code : "UNKNOWN";
}

/** Every method that has a behaviour, by its path. */
export function book(): ReadonlyMap<string, Entry> {
  return entries;
}

/** A test of what a method does. It fails unless it calls the method through its router. */
export function behaviour(method: AnyMethod, sentence: string, test: () => Promise<void>): void {
  const entry = entries.get(method.path) ?? { sentences: [], passed: [], outcomes: new Set() };
  entries.set(method.path, entry);
  entry.sentences.push(sentence);
  Deno.test(`${method.service.split(".").at(-1)}.${method.name}: ${sentence}`, async () => {
    const seen = new Set<Outcome>();
    watched = (path, outcome) => {
      if (path === method.path) seen.add(outcome);
    };
    try {
      await test();
    } finally {
      watched = undefined;
    }
    assert(seen.size > 0, `nothing called ${method.path}`);
    entry.passed.push(sentence);
    for (const outcome of seen) entry.outcomes.add(outcome);
  });
}
