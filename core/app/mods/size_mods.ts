import type { Message } from "../../model/app_message.ts";
import type { Context } from "../context.ts";
import type { Mod } from "../client_app.ts";

/**
 * Tells the log how many bytes the message that came and the reply that goes count for.
 *
 * @example
 * ```ts
 * import { ClientApp, messageSizeMod } from "corolla";
 *
 * export const app = new ClientApp({ mods: [messageSizeMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export const messageSizeMod: Mod = async (message, context, next): Promise<Message> => {
  tellSize("incoming", message, context);
  const reply = await next(message, context);
  tellSize("outgoing", reply, context);
  return reply;
};

/**
 * Tells the log how many arrays, elements and bytes each ArrayRecord holds, of the message that came and of the reply
 * that goes.
 *
 * @example
 * ```ts
 * import { arraysSizeMod, ClientApp } from "corolla";
 *
 * export const app = new ClientApp({ mods: [arraysSizeMod] })
 *   .train((message) => message.reply(message.content));
 * ```
 */
export const arraysSizeMod: Mod = async (message, context, next): Promise<Message> => {
  tellArrays("incoming", message, context);
  const reply = await next(message, context);
  tellArrays("outgoing", reply, context);
  return reply;
};

type Direction = "incoming" | "outgoing";

function tellSize(direction: Direction, message: Message, { host }: Context): void {
  const size = message.hasContent() ? `${message.content.countBytes()} bytes` : "an error, without a content";
  host.log.info(`message_size_mod: ${direction} ${message.metadata.messageType}: ${size}`);
}

function tellArrays(direction: Direction, message: Message, { host }: Context): void {
  if (!message.hasContent()) return;
  for (const [name, record] of message.content.arrayRecords()) {
    const arrays = [...record].map(([, array]) => array);
    const elements = arrays.reduce((sum, array) => sum + array.toNDArray().size, 0);
    const bytes = arrays.reduce((sum, array) => sum + array.sizeBytes, 0);
    host.log.info(
      `arrays_size_mod: ${direction} "${name}": ${arrays.length} arrays, ${elements} elements, ${bytes} bytes`,
    );
  }
}
