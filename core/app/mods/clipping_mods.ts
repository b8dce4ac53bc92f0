import type { Message } from "../../model/app_message.ts";
import { clipUpdate } from "../../model/numeric/clipping.ts";
import type { Mod } from "../client_app.ts";
import type { Context } from "../context.ts";
import {
  arrayPairs,
  arraysSent,
  PreconditionError,
  preconditionReply,
  replaceArrays,
  theOnly,
} from "./array_exchange.ts";

/** The setting by which the server says how long an update may be. */
export const CLIPPING_NORM_KEY = "clipping_norm";
/** The metric by which the server hears whether the update was too long: 1 or 0. */
export const NORM_BIT_KEY = "norm_bit";

/**
 * How updates are clipped on the node.
 *
 * @example
 * ```ts
 * import { ClientApp, clippingMod, type ClippingModOptions } from "corolla";
 *
 * const options: ClippingModOptions = { floatsOnly: true, allowZeroUpdates: true };
 * export const app = new ClientApp()
 *   .train({ mods: [clippingMod(options)] }, (message) => message.reply(message.content));
 * ```
 */
export interface ClippingModOptions {
  /** Tell the server whether the update was too long. */
  readonly adaptive?: boolean;
  /** Leave arrays that hold no floating point numbers, such as counters, as they are. */
  readonly floatsOnly?: boolean;
  /** Let a reply pass that changed nothing, which is an error otherwise. */
  readonly allowZeroUpdates?: boolean;
}

/**
 * A mod that shortens the update of a model to the norm that the server names, for differential privacy with clipping
 * on the client side. It belongs to the handler of training; replies to other messages have no update.
 * Where the message or the reply is not as it must be, the reply is an error of code 6, `MOD_FAILED_PRECONDITION`,
 * that says what is missing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as corolla from "corolla";
 * import { ArrayRecord, ClientApp, clippingMod, ConfigRecord, Message, MetricRecord, NDArray, RecordDict } from "corolla";
 *
 * // The handler moves the weights from (0, 0) to (3, 4), which is a way of length 5.
 * const app = new ClientApp().train({ mods: [clippingMod()] }, (message) => {
 *   const arrays = ArrayRecord.from({ w: new NDArray(Float64Array.of(3, 4)) });
 *   return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 1 }) }));
 * });
 * const arrays = ArrayRecord.from({ w: NDArray.zeros([2], "float64") });
 * const config = new ConfigRecord({ clipping_norm: corolla.float(1) });
 * const message = new Message(new RecordDict({ arrays, config }), { dstNodeId: 7n, messageType: "train" });
 * const host = {
 *   clock: { now: () => 0, sleep: () => Promise.resolve() },
 *   random: { bytes: (count: number) => new Uint8Array(count) },
 *   log: console,
 * };
 * const data = { runId: 1n, nodeId: 7n, seriesId: 1n, nodeConfig: new Map(), runConfig: new Map() };
 * const context = new corolla.Context({ ...data, state: new RecordDict() }, { host });
 * const reply = await app.handle(message, context);
 * const [x, y] = reply.content.arrays("arrays").toArrays()[0].toNumbers();
 * assertEquals([x.toFixed(3), y.toFixed(3)], ["0.600", "0.800"]);
 * ```
 */
export function clippingMod(options: ClippingModOptions = {}): Mod {
  const mod = options.adaptive ? "adaptiveclipping_mod" : "fixedclipping_mod";
  return async (message, context, next) => {
    try {
      const clippingNorm = clippingNormOf(message, mod);
      const sent = arraysSent(message, mod);
      const reply = await next(message, context);
      if (reply.hasContent()) clipReply(reply, { ...options, clippingNorm, sent, mod, context });
      return reply;
    } catch (error) {
      return preconditionReply(message, error, context.host.log);
    }
  };
}

/**
 * Shortens the update to the norm that the server names; see {@link clippingMod}. For
 * `DifferentialPrivacyClientSideFixedClipping`.
 *
 * @example
 * ```ts
 * import { ClientApp, fixedclippingMod } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train({ mods: [fixedclippingMod] }, (message) => message.reply(message.content));
 * ```
 */
export const fixedclippingMod: Mod = clippingMod();

/**
 * Shortens the update to the norm that the server names, and tells it whether that was needed; see
 * {@link clippingMod}. For `DifferentialPrivacyClientSideAdaptiveClipping`.
 *
 * @example
 * ```ts
 * import { adaptiveclippingMod, ClientApp } from "corolla";
 *
 * export const app = new ClientApp()
 *   .train({ mods: [adaptiveclippingMod] }, (message) => message.reply(message.content));
 * ```
 */
export const adaptiveclippingMod: Mod = clippingMod({ adaptive: true });

function clippingNormOf(message: Message, mod: string): number {
  const [, config] = theOnly(message.content.configRecords(), { mod, kind: "ConfigRecord in the message" });
  const norm = config.get(CLIPPING_NORM_KEY);
  if (typeof norm === "number") return norm;
  throw new PreconditionError(
    `${mod} needs the number "${CLIPPING_NORM_KEY}" in the ConfigRecord: the strategy of the ServerApp must be one of ` +
      "differential privacy with clipping on the client side",
  );
}

interface Clipping extends ClippingModOptions {
  readonly clippingNorm: number;
  readonly sent: ReturnType<typeof arraysSent>;
  readonly mod: string;
  readonly context: Context;
}

function clipReply(reply: Message, { sent, mod, context, adaptive, ...rules }: Clipping): void {
  const pairs = arrayPairs(sent, reply, mod);
  const metrics = adaptive &&
    theOnly(reply.content.metricRecords(), { mod, kind: "MetricRecord in the reply" })[1];
  const { arrays, clipped } = clipUpdate(pairs, rules);
  replaceArrays(reply, arrays);
  if (metrics) metrics.set(NORM_BIT_KEY, clipped ? 1 : 0);
  const what = adaptive ? "ndarrays" : "parameters";
  context.host.log.info(`${mod}: ${what} are clipped by value: ${rules.clippingNorm.toFixed(4)}.`);
}
