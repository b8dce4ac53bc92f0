import { checkSetting, clipUpdate } from "../../model/numeric/clipping.ts";
import { NormalNumbers, withNoise } from "../../model/numeric/noise.ts";
import { isFloat } from "../../model/numeric/promotion.ts";
import type { NDArray } from "../../model/record/ndarray.ts";
import type { Mod } from "../client_app.ts";
import { arrayPairs, arraysSent, preconditionReply, replaceArrays } from "./array_exchange.ts";

/**
 * The settings of {@link localDpMod}; each has Flower's name.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { localDpMod, type LocalDpOptions } from "corolla";
 *
 * const options: LocalDpOptions = { clippingNorm: 1, sensitivity: 0.01, epsilon: 1, delta: 1e-5 };
 * localDpMod(options);
 * assertThrows(() => localDpMod({ ...options, epsilon: 0 }), RangeError, "epsilon");
 * ```
 */
export interface LocalDpOptions {
  /** The longest that an update may be; above 0. */
  readonly clippingNorm: number;
  /** How far one example can move the model; 0 or above. */
  readonly sensitivity: number;
  /** What a round may cost in privacy; above 0. Rounds add up. */
  readonly epsilon: number;
  /** The chance that the promise does not hold; above 0, below 1. */
  readonly delta: number;
  /** Leave arrays that hold no floating point numbers as they are: neither clipped nor hidden. */
  readonly floatsOnly?: boolean;
  /** Let a reply pass that changed nothing, which is an error otherwise. */
  readonly allowZeroUpdates?: boolean;
}

const MOD = "LocalDpMod";

/**
 * A mod for differential privacy on the node: the update is clipped, and noise is added to it, before it leaves. It
 * needs nothing of the server. Each round costs `epsilon`; nothing adds that up here.
 *
 * @throws {RangeError} when a setting would give noise without bounds, or none that is a number
 *
 * @example
 * ```ts
 * import { ClientApp, localDpMod } from "corolla";
 *
 * const mod = localDpMod({ clippingNorm: 0.5, sensitivity: 0.5, epsilon: 2, delta: 1e-5 });
 * export const app = new ClientApp()
 *   .train({ mods: [mod] }, (message) => message.reply(message.content));
 * ```
 */
export function localDpMod(options: LocalDpOptions): Mod {
  const { clippingNorm, sensitivity, epsilon, delta, floatsOnly } = options;
  checkSetting("clippingNorm", clippingNorm, "above 0");
  checkSetting("sensitivity", sensitivity, "0 or above");
  checkSetting("epsilon", epsilon, "above 0");
  checkSetting("delta", delta, "above 0");
  checkSetting("delta", delta, "from 0 to 1");
  const stddev = localDpStddev(options);
  return async (message, context, next) => {
    const { log, random } = context.host;
    try {
      const sent = arraysSent(message, MOD);
      const reply = await next(message, context);
      if (reply.hasError()) return reply;
      const { arrays } = clipUpdate(arrayPairs(sent, reply, MOD), options);
      log.info(`${MOD}: parameters are clipped by value: ${clippingNorm.toFixed(4)}.`);
      const numbers = new NormalNumbers((count) => random.bytes(count));
      replaceArrays(reply, hidden(arrays, { stddev, numbers, floatsOnly }));
      log.info(`${MOD}: local DP noise with ${stddev.toFixed(4)} stddev added to parameters`);
      return reply;
    } catch (error) {
      return preconditionReply(message, error, log);
    }
  };
}

/** The standard deviation of the noise that hides one example. */
export function localDpStddev(
  { sensitivity, epsilon, delta }: Pick<LocalDpOptions, "sensitivity" | "epsilon" | "delta">,
): number {
  return sensitivity * Math.sqrt(2 * Math.log(1.25 / delta)) / epsilon;
}

function hidden(
  arrays: Map<string, NDArray>,
  { stddev, numbers, floatsOnly }: { stddev: number; numbers: NormalNumbers; floatsOnly?: boolean },
): Map<string, NDArray> {
  return new Map(Array.from(arrays, ([key, array]) => {
    const spared = floatsOnly && !isFloat(array.dtype);
    return [key, spared ? array : withNoise(array, { stddev, numbers })];
  }));
}
