import type { AppHost } from "./host.ts";
import type { ContextData } from "../model/context.ts";
import type { NodeId, RunId, SeriesId } from "../model/ids.ts";
import { RecordDict } from "../model/record/record_dict.ts";
import type { ConfigScalar, UserConfig } from "../model/user_config.ts";

/**
 * What a configuration's value reads as: integers are numbers where that is exact, else bigints.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { AppConfig, type ConfigSetting } from "corolla";
 *
 * const config = new AppConfig(new Map<string, ConfigSetting & (bigint | string)>([["epochs", 3n], ["name", "a"]]));
 * const settings: [string, ConfigSetting][] = [...config];
 * assertEquals(settings, [["epochs", 3], ["name", "a"]]);
 * ```
 */
export type ConfigSetting = boolean | number | bigint | string | Uint8Array;

/**
 * A run's or node's configuration: dotted names and their values.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { AppConfig } from "corolla";
 *
 * // In an app it is `context.runConfig` or `context.nodeConfig`.
 * const config = new AppConfig(new Map<string, bigint | number>([["local-epochs", 3n], ["lr", 0.1]]));
 * assertEquals(config.int("local-epochs"), 3);
 * assertEquals(config.float("lr"), 0.1);
 * assertThrows(() => config.string("data-dir"), TypeError, "not set; there are local-epochs, lr");
 * ```
 */
export class AppConfig {
  readonly #config: UserConfig;

  /** A configuration as the SuperLink or the node gave it. */
  constructor(config: UserConfig) {
    this.#config = config;
  }

  /** The names, in the order they were written where that is known. */
  keys(): IterableIterator<string> {
    return this.#config.keys() as IterableIterator<string>;
  }

  /** Whether there is a value of this name. */
  has(key: string): boolean {
    return this.#config.has(key);
  }

  /** The value of this name, whatever its kind. */
  get(key: string): ConfigSetting | undefined {
    const value = this.#config.get(key);
    return typeof value === "bigint" && isExact(value) ? Number(value) : value;
  }

  /** An integer. @throws {TypeError} when there is none of this name, or it is too large for a number */
  int(key: string): number {
    const value = this.#config.get(key);
    if (typeof value === "bigint" && isExact(value)) return Number(value);
    throw this.#refusal(key, "an integer");
  }

  /** A number, written with or without a point. @throws {TypeError} when there is none of this name */
  float(key: string): number {
    const value = this.#config.get(key);
    if (typeof value === "number" || typeof value === "bigint") return Number(value);
    throw this.#refusal(key, "a number");
  }

  /** A text. @throws {TypeError} when there is none of this name */
  string(key: string): string {
    const value = this.#config.get(key);
    if (typeof value === "string") return value;
    throw this.#refusal(key, "a string");
  }

  /** A truth value. @throws {TypeError} when there is none of this name */
  bool(key: string): boolean {
    const value = this.#config.get(key);
    if (typeof value === "boolean") return value;
    throw this.#refusal(key, "true or false");
  }

  /** Names and values. */
  *[Symbol.iterator](): IterableIterator<[string, ConfigSetting]> {
    for (const key of this.#config.keys()) yield [key, this.get(key)!];
  }

  #refusal(key: string, wanted: string): TypeError {
    const value = this.#config.get(key);
    const known = [...this.#config.keys()].join(", ") || "none";
    const current = value === undefined ? `not set; there are ${known}` : shown(value);
    return new TypeError(`Cannot read setting "${key}" as it must be ${wanted}: current value is ${current}`);
  }
}

const isExact = (value: bigint) => Number.isSafeInteger(Number(value));

function shown(value: ConfigScalar): string {
  if (typeof value === "string") return `"${value}"`;
  return value instanceof Uint8Array ? `${value.length} bytes` : String(value);
}

/**
 * What an app knows beside its message: where it runs, how it is configured, what it left behind last time.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClientApp, Context, Message, MetricRecord, RecordDict } from "corolla";
 *
 * // Counts its calls: the state is there again in the next message.
 * const app = new ClientApp().query((message, { state }) => {
 *   const before = state.has("calls") ? state.metrics("calls").getInt("count") : 0;
 *   state.set("calls", new MetricRecord({ count: before + 1 }));
 *   return message.reply(new RecordDict());
 * });
 * const context = new Context({
 *   ...{ runId: 1n, nodeId: 7n, seriesId: 1n, state: new RecordDict() },
 *   ...{ nodeConfig: new Map([["partition-id", 0n]]), runConfig: new Map() },
 * });
 * const question = new Message(new RecordDict(), { dstNodeId: 7n, messageType: "query" });
 * await app.handle(question, context);
 * await app.handle(question, context);
 * assertEquals(context.state.metrics("calls").getInt("count"), 2);
 * assertEquals(context.nodeConfig.int("partition-id"), 0);
 * ```
 */
export class Context {
  /** The run that the message belongs to. */
  readonly runId: RunId;
  /** The node's own id; 1 for a ServerApp. */
  readonly nodeId: NodeId;
  /** Runs of one series share their state. */
  readonly seriesId: SeriesId;
  /** What the node's operator set with `--node-config`; empty for a ServerApp. */
  readonly nodeConfig: AppConfig;
  /** `[tool.flwr.app.config]` of the app with what `flwr run --run-config` overrode. */
  readonly runConfig: AppConfig;
  /**
   * For a ServerApp: absolute path of a folder of this run's own, in which it may write. It stays after the run.
   * Empty for a ClientApp.
   */
  readonly runFolder: string;
  #state: RecordDict;
  readonly #host: AppHost | undefined;

  /**
   * What the program that runs an app makes for it; in tests, what you make.
   * @param data as the AppIo service gave it
   * @param options what the program that runs the app lends to it
   */
  constructor(data: ContextData, { runFolder = "", host }: { runFolder?: string; host?: AppHost } = {}) {
    this.runId = data.runId;
    this.nodeId = data.nodeId;
    this.seriesId = data.seriesId;
    this.nodeConfig = new AppConfig(data.nodeConfig);
    this.runConfig = new AppConfig(data.runConfig);
    this.#state = data.state;
    this.runFolder = runFolder;
    this.#host = host;
  }

  /** What the program that runs the app lends to it: time, randomness, a log. @throws {Error} when it lends nothing */
  get host(): AppHost {
    if (this.#host) return this.#host;
    throw new Error(
      "Cannot lend the app a log or randomness as its context was made without: give it a host",
    );
  }

  /** What a ClientApp writes here it finds again in the next message of the run series on this node. */
  get state(): RecordDict {
    return this.#state;
  }

  /** @throws {TypeError} when it is no RecordDict */
  set state(state: RecordDict) {
    if (!(state instanceof RecordDict)) {
      throw new TypeError("Cannot set the state as it must be a RecordDict");
    }
    this.#state = state;
  }
}
