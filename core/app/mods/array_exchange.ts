/**
 * What mods that change a model on its way back must know of it: the arrays that came, and those that go, side by
 * side.
 *
 * @module
 */
import type { Message } from "../../model/app_message.ts";
import { ErrorCode } from "../../model/message.ts";
import type { ArrayPair } from "../../model/numeric/clipping.ts";
import { ArrayRecord } from "../../model/record/array_record.ts";
import type { NDArray } from "../../model/record/ndarray.ts";
import type { RecordsOfKind } from "../../model/record/record_dict.ts";
import type { FlowerRecord } from "../../model/record/record_dict.ts";

/** A message that a mod cannot work with; the node's reply then is an error that says so. */
export class PreconditionError extends Error {}

/** The only record of a kind. @throws {PreconditionError} when there is none, or several */
export function theOnly<R extends FlowerRecord>(
  records: RecordsOfKind<R>,
  { mod, kind }: { mod: string; kind: string },
): [name: string, record: R] {
  const all = [...records];
  if (all.length === 1) return all[0];
  throw new PreconditionError(`${mod} needs exactly one ${kind}: there are ${all.length}`);
}

/** The arrays that were sent. They are kept as they came, whatever the app does to its own. */
export function arraysSent(message: Message, mod: string): ArrayRecord {
  const [, sent] = theOnly(message.content.arrayRecords(), { mod, kind: "ArrayRecord in the message" });
  return ArrayRecord.from(sent.toNamedArrays());
}

/**
 * The arrays that were sent beside those of the reply.
 * @throws {PreconditionError} when the reply has other arrays, or has them in another order
 */
export function arrayPairs(sent: ArrayRecord, reply: Message, mod: string): ArrayPair[] {
  const [, returned] = theOnly(reply.content.arrayRecords(), { mod, kind: "ArrayRecord in the reply" });
  const [expected, current] = [[...sent.keys()], [...returned.keys()]];
  if (expected.length !== current.length || expected.some((key, place) => key !== current[place])) {
    throw new PreconditionError(
      `${mod} needs a reply with the arrays that were sent, in their order (${expected.join(", ")}): it has ${
        current.join(", ") || "none"
      }`,
    );
  }
  return expected.map((key) => ({
    key,
    ours: sent.get(key)!.toNDArray(),
    theirs: returned.get(key)!.toNDArray(),
  }));
}

/** Puts other arrays in the place of those of a reply. */
export function replaceArrays(reply: Message, arrays: Map<string, NDArray>): void {
  const [[name]] = reply.content.arrayRecords();
  reply.content.set(name, ArrayRecord.from(arrays, { keepInput: false }));
}

/**
 * The reply to a message that a mod cannot work with.
 * @throws the error itself when it is another one
 */
export function preconditionReply(
  message: Message,
  error: unknown,
  log: { error(text: string): void },
): Message {
  if (!(error instanceof PreconditionError)) throw error;
  log.error(error.message);
  // The answer is one to the message that came, whichever of the two is wrong: an answer to the reply reaches nobody.
  return message.replyError(ErrorCode.MOD_FAILED_PRECONDITION, error.message);
}
