import type { MessageId, NodeId } from "../model/ids.ts";

/** An instruction as the mailbox sees it. */
interface Addressed {
  readonly metadata: { readonly messageId: MessageId; readonly dstNodeId: NodeId };
}

/** What may be begun now. */
export interface Choice<Instruction> {
  /** Whether there is room for replies that nobody asks for yet. */
  readonly hasRoom: boolean;
  /** Only instructions that this is true for. */
  readonly fits?: (instruction: Instruction) => boolean;
}

/** What there is for somebody who waits for replies. */
export type Found<Reply> =
  | { readonly kind: "reply"; readonly reply: Reply }
  /** None is there yet. */
  | { readonly kind: "nothing" }
  /** Nothing will ever come for this id: it is unknown, or its reply was given already. */
  | { readonly kind: "unknown"; readonly id: MessageId };

/**
 * The instructions and replies of one run. Instructions are begun in the order they came, one at a time for each
 * node. Replies are given once: as they come, or, with `inOrder`, in the order of their instructions.
 */
export class Mailbox<Instruction extends Addressed, Reply> {
  readonly #waiting = new Map<MessageId, Instruction>();
  readonly #begun = new Map<MessageId, Instruction>();
  readonly #replies = new Map<MessageId, Reply>();
  readonly #busy = new Set<NodeId>();
  readonly #places = new Map<MessageId, number>();
  readonly #inOrder: boolean;
  #count = 0;
  readonly #asked = new Set<ReadonlySet<MessageId>>();

  constructor({ inOrder }: { inOrder: boolean }) {
    this.#inOrder = inOrder;
  }

  /** Takes an instruction in. Its id must be new. */
  add(instruction: Instruction): void {
    const { messageId } = instruction.metadata;
    this.#waiting.set(messageId, instruction);
    this.#places.set(messageId, this.#count++);
  }

  /** The instruction to begin now, if there is one. Without room only one that is asked for. */
  begin({ hasRoom, fits = () => true }: Choice<Instruction>): Instruction | undefined {
    for (const [id, instruction] of this.#waiting) {
      const { dstNodeId } = instruction.metadata;
      if (this.#busy.has(dstNodeId) || !fits(instruction)) continue;
      if (!hasRoom && !this.#isAsked(id)) continue;
      this.#waiting.delete(id);
      this.#begun.set(id, instruction);
      this.#busy.add(dstNodeId);
      return instruction;
    }
    return undefined;
  }

  /** Takes the reply to an instruction that was begun. */
  end(id: MessageId, reply: Reply): void {
    const instruction = this.#begun.get(id);
    if (!instruction) return;
    this.#begun.delete(id);
    this.#busy.delete(instruction.metadata.dstNodeId);
    this.#replies.set(id, reply);
  }

  /** Says that somebody waits for replies to these. @returns what says that nobody does any more */
  ask(ids: Iterable<MessageId>): () => void {
    const asked = new Set(ids);
    this.#asked.add(asked);
    return () => this.#asked.delete(asked);
  }

  /** Takes out a reply to any of these. */
  take(ids: readonly MessageId[]): Found<Reply> {
    const order = this.#inOrder ? ids.toSorted((a, b) => this.#placeOf(a) - this.#placeOf(b)) : ids;
    for (const id of order) {
      const reply = this.#replies.get(id);
      if (reply !== undefined) {
        this.#replies.delete(id);
        this.#places.delete(id);
        return { kind: "reply", reply };
      }
      if (!this.#waiting.has(id) && !this.#begun.has(id)) return { kind: "unknown", id };
      if (this.#inOrder) break;
    }
    return { kind: "nothing" };
  }

  #isAsked(id: MessageId): boolean {
    return [...this.#asked].some((asked) => asked.has(id));
  }

  #placeOf(id: MessageId): number {
    return this.#places.get(id) ?? -1;
  }
}
