import type { Init, Message } from "../../proto/mod.ts";
import type { Clock, Log, Random } from "../io/ports.ts";
import type { NodeId, RunId } from "../model/ids.ts";
import type { Metadata } from "../model/message.ts";
import type { Wakeups } from "../rpc/hold.ts";
import type { ObjectExchange } from "../store/object_exchange.ts";
import type { Store, Transaction, TransactionOptions } from "../store/store.ts";
import type { TaskMessages } from "../store/task_messages.ts";
import type { CutOffs } from "./cut_offs.ts";
import type { Inputs } from "./inputs.ts";
import type { KeyList } from "./key_list.ts";
import type { Lapses } from "./lapses.ts";
import type { Presence } from "./presence.ts";
import type { Simulations } from "./simulation.ts";
import type { Traffic } from "./traffic.ts";
import type { UnaskedHolds } from "./unasked_hold.ts";

/** What all handlers of one SuperLink share. */
export interface Link {
  readonly store: Store;
  readonly objects: ObjectExchange;
  readonly wakeups: Wakeups;
  readonly lapses: Lapses;
  readonly traffic: Traffic;
  readonly taskMessages: TaskMessages<Init<Message>>;
  readonly presence: Presence;
  readonly keyList: KeyList;
  readonly cutOffs: CutOffs;
  /** Runs for which an answer of a node could not be stored, and why: their ServerApps wait for it in vain. */
  readonly withoutRoom: Map<RunId, string>;
  readonly unaskedHolds: UnaskedHolds;
  readonly inputs: Inputs;
  /** The instruction to which each node has begun to send a reply whose objects are not all here. */
  readonly unfinishedReplies: Map<NodeId, Pick<Metadata, "runId" | "messageId">>;
  /** How runs are simulated; absent in a deployment. */
  readonly simulations?: Simulations;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What is to be added to the log of a run whose app failed with these details; mostly nothing. */
  explain?(details: string): string | undefined;
  /** Whether only nodes that were registered through Control may come. */
  readonly supernodeAuth: boolean;
  /** Whether the key of a node that was unregistered may be registered again. */
  readonly allowKeyReuse: boolean;
}

/**
 * Notes what is to happen once the transaction is on disk; nothing of it happens when it fails. What then goes wrong
 * is logged and changes nothing for the caller: what was decided is decided, and a restart clears up.
 */
export type Afterwards = (what: () => void | Promise<void>) => void;

/** Changes what is remembered, and then tells everybody whom the change concerns. */
export async function change<T>(
  link: Link,
  work: (tx: Transaction, afterwards: Afterwards) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  const todo: (() => void | Promise<void>)[] = [];
  const result = await link.store.transaction((tx) => {
    todo.length = 0;
    return work(tx, (what) => todo.push(what));
  }, options);
  for (const what of todo) await tried(link, what);
  return result;
}

async function tried(link: Link, what: () => void | Promise<void>): Promise<void> {
  try {
    await what();
  } catch (error) {
    link.log.error(`Cannot finish what follows a change: ${error instanceof Error ? error.stack : error}`);
  }
}
