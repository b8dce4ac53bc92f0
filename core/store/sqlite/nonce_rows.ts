import type { SqlDatabase } from "../../io/ports.ts";
import type { Transaction } from "../store.ts";
import { textIn } from "./column.ts";

/** One-time words in SQLite. */
export function nonceRows(database: SqlDatabase): Pick<Transaction, "useNonce"> {
  const forget = database.prepare("DELETE FROM nonce WHERE until < ?");
  const remember = database.prepare("INSERT OR IGNORE INTO nonce (scope, nonce, until) VALUES (?, ?, ?)");
  return {
    useNonce: (scope, nonce, nowMs, untilMs) => {
      forget.run(nowMs);
      return Promise.resolve(remember.run(scope, textIn(nonce), untilMs) === 1);
    },
  };
}
