import type { AppHost } from "../app/host.ts";
import type { Message } from "../model/app_message.ts";
import type { GoodReply } from "./good_reply.ts";

/** Sorts the replies of a phase into those with a content and those with an error, and tells the log. */
export class Intake {
  #good = 0;
  readonly #failed: Message[] = [];

  /** The reply's content; undefined for an error, which is noted. */
  take(reply: Message): GoodReply | undefined {
    if (reply.hasContent()) {
      this.#good++;
      return { nodeId: reply.metadata.srcNodeId, content: reply.content };
    }
    this.#failed.push(reply);
    return undefined;
  }

  /** How many replies had a content. */
  get good(): number {
    return this.#good;
  }

  /** How many replies were errors. */
  get failed(): number {
    return this.#failed.length;
  }

  /** Says how many there were, and what each error was; nothing when there were none at all. */
  report(log: AppHost["log"], phase: "train" | "evaluate"): void {
    if (this.#good + this.#failed.length === 0) return;
    log.info(`aggregate_${phase}: Received ${this.#good} results and ${this.#failed.length} failures`);
    for (const { metadata, error } of this.#failed) {
      log.info(`\t> Received error in reply from node ${metadata.srcNodeId}: ${error.reason || "None"}`);
    }
  }
}
