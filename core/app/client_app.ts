import { Message } from "../model/app_message.ts";
import { splitMessageType } from "../model/message_type.ts";
import type { Context } from "./context.ts";
import { type LifespanLike, within } from "./lifespan.ts";

/** Answers one message. The result is made by `message.reply(…)` or `message.replyError(…)`. */
export type ClientHandler = (message: Message, context: Context) => Message | Promise<Message>;

/** Calls what lies inside of a mod: the next mod, at last the handler. */
export type Next = (message: Message, context: Context) => Promise<Message>;

/** Wraps the handling of a message: may change what goes in and what comes out, or answer by itself. */
export type Mod = (message: Message, context: Context, next: Next) => Message | Promise<Message>;

/** What a handler is registered with. */
export interface HandlerOptions {
  /** Outermost first; they stand inside the app's own. */
  readonly mods?: readonly Mod[];
}

type Category = "train" | "evaluate" | "query";
type Registration = [handler: ClientHandler] | [options: HandlerOptions, handler: ClientHandler];

/**
 * The part of an app that runs on each node, beside the data. It registers a handler for each kind of message it
 * answers:
 *
 * ```ts
 * import { ClientApp, MetricRecord, RecordDict } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train((message, context) => {
 *     const epochs = context.runConfig.int("local-epochs");
 *     return message.reply(new RecordDict({ metrics: new MetricRecord({ "num-examples": epochs }) }));
 *   });
 * ```
 */
export class ClientApp {
  readonly #mods: readonly Mod[];
  readonly #handlers = new Map<string, Next>();
  #lifespan?: LifespanLike<Context>;

  /** @param options.mods wrap every handler, outermost first */
  constructor({ mods = [] }: HandlerOptions = {}) {
    this.#mods = [...mods];
  }

  /** Answers messages of type `train`, with an action's name those of type `train.<action>`. */
  train(...registration: Registration): this;
  train(action: string, ...registration: Registration): this;
  train(...words: [string, ...Registration] | Registration): this {
    return this.#register("train", words);
  }

  /** Answers messages of type `evaluate`, with an action's name those of type `evaluate.<action>`. */
  evaluate(...registration: Registration): this;
  evaluate(action: string, ...registration: Registration): this;
  evaluate(...words: [string, ...Registration] | Registration): this {
    return this.#register("evaluate", words);
  }

  /** Answers messages of type `query`, with an action's name those of type `query.<action>`. */
  query(...registration: Registration): this;
  query(action: string, ...registration: Registration): this;
  query(...words: [string, ...Registration] | Registration): this {
    return this.#register("query", words);
  }

  /** Sets what surrounds the handling of each message. Setting it again replaces it. */
  lifespan(lifespan: LifespanLike<Context>): this {
    this.#lifespan = lifespan;
    return this;
  }

  /**
   * Handles one message. The program that runs the app calls this.
   * @throws {RangeError} when no handler is registered for its type
   * @throws {TypeError} when the handler gives back something that is no reply
   * @throws whatever the handler throws
   */
  async handle(message: Message, context: Context): Promise<Message> {
    return await within(this.#lifespan, {
      context,
      work: async () => {
        const reply = await this.#handlerFor(message.metadata.messageType)(message, context);
        checkReply(reply, message);
        return reply;
      },
    });
  }

  #register(category: Category, words: [string, ...Registration] | Registration): this {
    const [action, ...rest] = typeof words[0] === "string"
      ? words as [string, ...Registration]
      : ["default", ...words] as [string, ...Registration];
    const handler = rest.at(-1);
    const { mods = [] } = rest.length > 1 ? rest[0] as HandlerOptions : {};
    if (typeof handler !== "function") {
      throw new TypeError(`Cannot register ${category}.${action} as its handler must be a function`);
    }
    if (!IDENTIFIER.test(action)) {
      throw new RangeError(`Cannot register ${category} action "${action}" as it must be an identifier`);
    }
    const key = `${category}.${action}`;
    if (this.#handlers.has(key)) throw new RangeError(`Cannot register ${key} twice`);
    this.#handlers.set(key, wrapped([...this.#mods, ...mods], handler));
    return this;
  }

  #handlerFor(messageType: string): Next {
    const { category, action } = splitMessageType(messageType);
    const handler = this.#handlers.get(`${category}.${action}`);
    if (handler) return handler;
    const known = [...this.#handlers.keys()].join(", ") || "nothing";
    throw new RangeError(
      `Cannot handle a message of type "${messageType}" as nothing is registered for category "${category}" and ` +
        `action "${action}": there is ${known}`,
    );
  }
}

function checkReply(reply: unknown, message: Message): void {
  const made = "message.reply(…) or message.replyError(…)";
  if (!(reply instanceof Message)) {
    throw new TypeError(
      `Cannot send what the ClientApp gave back as it must be made by ${made}: it is ${kindOf(reply)}`,
    );
  }
  if (reply.metadata.replyToMessageId !== message.metadata.messageId) {
    throw new TypeError(
      `Cannot send what the ClientApp gave back as it is no reply to its message: use ${made}`,
    );
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? `a ${value.constructor?.name ?? "plain object"}` : `a ${typeof value}`;
}

const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;

function wrapped(mods: readonly Mod[], handler: ClientHandler): Next {
  return mods.reduceRight<Next>(
    (next, mod) => async (message, context) => await mod(message, context, next),
    async (message, context) => await handler(message, context),
  );
}
