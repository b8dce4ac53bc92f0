import { Message } from "../model/app_message.ts";
import { splitMessageType } from "../model/message_type.ts";
import type { Context } from "./context.ts";
import { type LifespanLike, within } from "./lifespan.ts";

/**
 * Answers one message. The result is made by `message.reply(…)` or `message.replyError(…)`.
 *
 * @example
 * ```ts
 * import { ClientApp, type ClientHandler } from "corolla";
 *
 * const echo: ClientHandler = (message) => message.reply(message.content);
 * export const app = new ClientApp().train(echo).query("echo", echo);
 * ```
 */
export type ClientHandler = (message: Message, context: Context) => Message | Promise<Message>;

/**
 * Calls what lies inside of a mod: the next mod, at last the handler.
 *
 * @example
 * ```ts
 * import { ClientApp, type Message, type Mod, type Next } from "corolla";
 *
 * // Calls what lies inside up to three times.
 * async function insist(call: () => ReturnType<Next>): Promise<Message> {
 *   const reply = await call();
 *   return reply.hasContent() ? reply : await call();
 * }
 * const twice: Mod = (message, context, next) => insist(() => next(message, context));
 * export const app = new ClientApp({ mods: [twice] });
 * ```
 */
export type Next = (message: Message, context: Context) => Promise<Message>;

/**
 * Wraps the handling of a message: may change what goes in and what comes out, or answer by itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClientApp, Context, Message, MetricRecord, type Mod, RecordDict } from "corolla";
 *
 * // Adds to each reply how many records came.
 * const counting: Mod = async (message, context, next) => {
 *   const reply = await next(message, context);
 *   reply.content.set("seen", new MetricRecord({ records: message.content.size }));
 *   return reply;
 * };
 * export const app = new ClientApp({ mods: [counting] }).query((message) => message.reply(new RecordDict()));
 *
 * const context = new Context({
 *   ...{ runId: 1n, nodeId: 7n, seriesId: 1n, state: new RecordDict() },
 *   ...{ nodeConfig: new Map(), runConfig: new Map() },
 * });
 * const question = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "query" });
 * const reply = await app.handle(question, context);
 * assertEquals(reply.content.metrics("seen").getInt("records"), 0);
 * ```
 */
export type Mod = (message: Message, context: Context, next: Next) => Message | Promise<Message>;

/**
 * What a handler is registered with.
 *
 * @example
 * ```ts
 * import { arraysSizeMod, ClientApp, type HandlerOptions } from "corolla";
 *
 * const withSizes: HandlerOptions = { mods: [arraysSizeMod] };
 * export const app = new ClientApp()
 *   .train(withSizes, (message) => message.reply(message.content));
 * ```
 */
export interface HandlerOptions {
  /** Outermost first; they stand inside the app's own. */
  readonly mods?: readonly Mod[];
}

type Category = "train" | "evaluate" | "query";
/**
 * What a handler is registered with: itself, after its options where it has any.
 *
 * @example
 * ```ts
 * import { ClientApp, fixedclippingMod, type Registration } from "corolla";
 *
 * const training: Registration = [{ mods: [fixedclippingMod] }, (message) => message.reply(message.content)];
 * export const app = new ClientApp().train(...training);
 * ```
 */
export type Registration = [handler: ClientHandler] | [options: HandlerOptions, handler: ClientHandler];

/**
 * The part of an app that runs on each node, beside the data. It registers a handler for each kind of message it
 * answers:
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClientApp, Context, Message, MetricRecord, RecordDict } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train((message, context) => {
 *     const epochs = context.runConfig.int("local-epochs");
 *     return message.reply(new RecordDict({ metrics: new MetricRecord({ epochs, "num-examples": 10 }) }));
 *   });
 *
 * // A test of the app: what a SuperNode would hand it.
 * const instruction = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "train" });
 * const context = new Context({
 *   ...{ runId: 1n, nodeId: 7n, seriesId: 1n, state: new RecordDict() },
 *   ...{ nodeConfig: new Map(), runConfig: new Map([["local-epochs", 2n]]) },
 * });
 * const reply = await app.handle(instruction, context);
 * assertEquals(reply.content.metrics("metrics").getInt("epochs"), 2);
 * ```
 */
export class ClientApp {
  readonly #mods: readonly Mod[];
  readonly #handlers = new Map<string, Next>();
  #lifespan?: LifespanLike<Context>;

  /**
   * An app that answers nothing yet.
   * @param options.mods wrap every handler, outermost first
   */
  constructor({ mods = [] }: HandlerOptions = {}) {
    this.#mods = [...mods];
  }

  /**
   * Answers messages of type `train`, with an action's name those of type `train.<action>`.
   * @throws {TypeError} when the handler is no function
   * @throws {RangeError} when the action is no identifier, or has a handler already
   */
  train(...registration: Registration): this;
  /** Answers messages of type `train.<action>`. */
  train(action: string, ...registration: Registration): this;
  train(...words: [string, ...Registration] | Registration): this {
    return this.#register("train", words);
  }

  /**
   * Answers messages of type `evaluate`, with an action's name those of type `evaluate.<action>`.
   * @throws {TypeError} when the handler is no function
   * @throws {RangeError} when the action is no identifier, or has a handler already
   */
  evaluate(...registration: Registration): this;
  /** Answers messages of type `evaluate.<action>`. */
  evaluate(action: string, ...registration: Registration): this;
  evaluate(...words: [string, ...Registration] | Registration): this {
    return this.#register("evaluate", words);
  }

  /**
   * Answers messages of type `query`, with an action's name those of type `query.<action>`.
   * @throws {TypeError} when the handler is no function
   * @throws {RangeError} when the action is no identifier, or has a handler already
   */
  query(...registration: Registration): this;
  /** Answers messages of type `query.<action>`. */
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
