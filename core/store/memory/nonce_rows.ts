import type { Transaction } from "../store.ts";
import { type Journal, Table } from "./journal.ts";

/** One-time words in memory. */
export function nonceRows(journal: Journal): Pick<Transaction, "useNonce"> {
  const untilByWord = new Table<string, number>(journal);
  /** Words lapse about in the order they came, so a look at the oldest keeps the table small. */
  const forgetOldest = (nowMs: number) => {
    for (const [word, until] of untilByWord.entries()) {
      if (until >= nowMs) return;
      untilByWord.delete(word);
    }
  };
  return {
    useNonce: (scope, nonce, nowMs, untilMs) => {
      forgetOldest(nowMs);
      const word = JSON.stringify([scope, nonce]);
      const until = untilByWord.get(word);
      if (until !== undefined && until >= nowMs) return Promise.resolve(false);
      untilByWord.delete(word);
      untilByWord.set(word, untilMs);
      return Promise.resolve(true);
    },
  };
}
