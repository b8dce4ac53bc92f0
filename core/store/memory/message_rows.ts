import type { MessageId, NodeId, RunId } from "../../model/ids.ts";
import type { MessageRows, StoredMessage } from "../store.ts";
import { type Journal, Table } from "./journal.ts";

/** {@link MessageRows} in memory. */
export function messageRows(journal: Journal): MessageRows {
  const table = new MessageTable(journal);
  return {
    message: (run, id) => Promise.resolve(table.get(run, id)),
    replyTo: (run, instruction) => Promise.resolve(table.repliesTo(run, instruction)[0]),
    undelivered: (dst) => Promise.resolve(table.undelivered(dst)),
    unconfirmed: (dst) => Promise.resolve(table.unconfirmed(dst)),
    messagesOfRun: (run) => Promise.resolve(table.ofRun(run)),
    putMessage: (message) => Promise.resolve(table.put(message)),
    deleteMessage: (run, id) => Promise.resolve(table.delete(run, id)),
  };
}

/** Messages by run and id, by the instruction they answer, and by the node that has yet to get or confirm them. */
class MessageTable {
  readonly #journal: Journal;
  readonly #runs: Table<RunId, Table<MessageId, StoredMessage>>;
  readonly #replies: Table<string, Table<MessageId, StoredMessage>>;
  readonly #undelivered: Table<NodeId, Table<string, StoredMessage>>;
  readonly #unconfirmed: Table<NodeId, Table<string, StoredMessage>>;
  readonly #last: Table<"sequence", number>;

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#runs = new Table(journal);
    this.#replies = new Table(journal);
    this.#undelivered = new Table(journal);
    this.#unconfirmed = new Table(journal);
    this.#last = new Table(journal);
  }

  get(run: RunId, id: MessageId): StoredMessage | undefined {
    return this.#runs.get(run)?.get(id);
  }

  ofRun(run: RunId): StoredMessage[] {
    return inSequence(this.#runs.get(run));
  }

  repliesTo(run: RunId, instruction: MessageId): StoredMessage[] {
    return inSequence(this.#replies.get(within(run, instruction)));
  }

  undelivered(dst: NodeId): StoredMessage[] {
    return inSequence(this.#undelivered.get(dst));
  }

  unconfirmed(dst: NodeId): StoredMessage[] {
    return inSequence(this.#unconfirmed.get(dst));
  }

  put(given: StoredMessage): void {
    const { runId, messageId } = given.metadata;
    const before = this.get(runId, messageId);
    this.delete(runId, messageId);
    const last = this.#last.get("sequence") ?? 0;
    const message = { ...given, sequence: given.sequence || (before?.sequence ?? last + 1) };
    this.#last.set("sequence", Math.max(last, message.sequence));
    for (const [table, key, id] of this.#places(message)) {
      table.getOrSet(key, () => new Table(this.#journal)).set(id, message);
    }
  }

  delete(run: RunId, id: MessageId): void {
    const message = this.get(run, id);
    if (!message) return;
    for (const [table, key, id] of this.#places(message)) {
      const messages = table.get(key);
      messages?.delete(id);
      if (messages?.size === 0) table.delete(key);
    }
  }

  /** Where a message stands: in which table, under which key, as which entry. */
  #places(message: StoredMessage): Place[] {
    const { runId, messageId, dstNodeId, replyToMessageId } = message.metadata;
    const places: Place[] = [[this.#runs, runId, messageId]];
    if (replyToMessageId !== "") places.push([this.#replies, within(runId, replyToMessageId), messageId]);
    else if (message.complete && (message.deliveries === 0 || message.confirmedAt === undefined)) {
      const table = message.deliveries === 0 ? this.#undelivered : this.#unconfirmed;
      places.push([table, dstNodeId, within(runId, messageId)]);
    }
    return places;
  }
}

// deno-lint-ignore no-explicit-any -- the tables differ in what their keys are
type Place = [Table<any, Table<string, StoredMessage>>, unknown, string];

function within(run: RunId, id: MessageId): string {
  return `${run}/${id}`;
}

function inSequence(messages: Table<string, StoredMessage> | undefined): StoredMessage[] {
  return [...messages?.values() ?? []].sort((a, b) => a.sequence - b.sequence);
}
