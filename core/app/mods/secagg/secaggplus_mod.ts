import type { Message } from "../../../model/app_message.ts";
import type { ConfigRecord } from "../../../model/record/config_record.ts";
import { RecordDict } from "../../../model/record/record_dict.ts";
import { splitMessageType } from "../../../model/message_type.ts";
import type { Mod } from "../../client_app.ts";
import type { Context } from "../../context.ts";
import { maskUpdate, SECAGG_RECORD, SecAggError, setUp, shareKeys, unmask } from "./secagg_stages.ts";
import { loadState, saveState, type Stage, STAGES } from "./secagg_state.ts";

const WARNING =
  "secaggplus_mod: this protocol hides updates behind masks whose seeds have 32 bits. Whoever sees the messages can " +
  "try them all: it keeps nobody out who wants in. It is here to work with Flower's SecAgg+ servers";

/**
 * The node's side of SecAgg+ (Bell et al., 2020), as Flower's `SecAggPlusWorkflow` speaks it: the server learns the
 * sum of the updates.
 *
 * **It is no protection against a server that looks.** The protocol's masks come from seeds of 32 bits, which can be
 * tried one by one, and metrics and numbers of examples travel in the clear. It exists so that TypeScript nodes can
 * take part where Python ones do. The state of a run must outlive its messages, since a round takes four of them.
 *
 * Such servers speak to nodes in Flower's old record names; {@link legacyMod} inside of it lets a handler be written
 * as ever.
 * @throws {Error} when the server's stages come in another order, or bring what cannot be right: the reply then is an error
 *
 * @example
 * ```ts
 * import { ClientApp, legacyMod, secaggplusMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [secaggplusMod, legacyMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export const secaggplusMod: Mod = async (message, context, next): Promise<Message> => {
  if (splitMessageType(message.metadata.messageType).category !== "train") {
    return await next(message, context);
  }
  const config = message.content.config(SECAGG_RECORD);
  const stage = config.getString("stage") as Stage;
  if (stage === "setup") {
    context.host.log.warn(WARNING);
    const [state, answer] = await setUp(config, context);
    saveState(context.state, state);
    return replyWith(message, answer);
  }
  return await goOn(message, { stage, config, context, fit: () => next(message, context) });
};

/**
 * The same as {@link secaggplusMod}, by the name of the protocol without neighbourhoods.
 *
 * @example
 * ```ts
 * import { ClientApp, legacyMod, secaggMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [secaggMod, legacyMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export const secaggMod: Mod = secaggplusMod;

interface StageWork {
  readonly stage: Stage;
  readonly config: ConfigRecord;
  readonly context: Context;
  readonly fit: () => Promise<Message>;
}

async function goOn(message: Message, { stage, config, context, fit }: StageWork): Promise<Message> {
  const state = loadState(context.state);
  const expected = STAGES[STAGES.indexOf(state.stage) + 1];
  if (stage !== expected) {
    throw new SecAggError(
      `Cannot do stage "${stage}" of the secure aggregation as ${
        expected ? `"${expected}"` : '"setup"'
      } must come after "${state.stage}"`,
    );
  }
  state.stage = stage;
  if (stage === "collect_masked_vectors") {
    const reply = await maskUpdate(config, { state, context, fit });
    saveState(context.state, state);
    return reply;
  }
  const answer = stage === "share_keys" ? await shareKeys(config, { state, context }) : unmask(config, state);
  saveState(context.state, state);
  return replyWith(message, answer);
}

function replyWith(message: Message, answer: ConfigRecord): Message {
  return message.reply(new RecordDict([[SECAGG_RECORD, answer]]));
}
