/**
 * What a federated learning app is written with. An app is a folder with a `pyproject.toml` that names its two
 * parts, a {@link ClientApp} for the nodes and a {@link ServerApp} that leads them:
 *
 * ```toml
 * [tool.flwr.app.components]
 * serverapp = "./server.ts:app"
 * clientapp = "./client.ts:app"
 * ```
 *
 * `corolla flwr new` makes such a folder, and `corolla flwr run` runs it. Programs that run apps bring this module
 * along: an app imports `"corolla"` and nothing is installed.
 *
 * @example
 * ```ts
 * import * as corolla from "corolla";
 * import { ArrayRecord, ClientApp, FedAvg, MetricRecord, NDArray, RecordDict, ServerApp } from "corolla";
 *
 * // server.ts: leads ten rounds, from a model of 784 by 10 zeros.
 * export const serverApp = new ServerApp()
 *   .main(async (grid, { runFolder }) => {
 *     const model = ArrayRecord.from({ weights: NDArray.zeros([784, 10], "float32") });
 *     const result = await new FedAvg().start(grid, model, { numRounds: 10 });
 *     await Deno.writeFile(`${runFolder}/model.npz`, corolla.encodeNpz(result.arrays));
 *   });
 *
 * // client.ts: learns from what is on its node, and sends back nothing but the model and a count.
 * export const clientApp = new ClientApp()
 *   .train((message) => {
 *     const weights = message.content.arrays("arrays").toNamedArrays().get("weights")!.as("float32").copy();
 *     weights.data[0] += 0.1;
 *     const arrays = ArrayRecord.from({ weights: new NDArray(weights.data, weights.shape) });
 *     return message.reply(new RecordDict({ arrays, metrics: new MetricRecord({ "num-examples": 60 }) }));
 *   })
 *   .evaluate((message) => {
 *     const metrics = new MetricRecord({ "num-examples": 10, accuracy: corolla.float(0.9) });
 *     return message.reply(new RecordDict({ metrics }));
 *   });
 * ```
 *
 * @module
 */
export {
  ClientApp,
  type ClientHandler,
  type HandlerOptions,
  type Mod,
  type Next,
  type Registration,
} from "./core/app/client_app.ts";
export { ServerApp, type ServerMain } from "./core/app/server_app.ts";
export type { Lifespan, LifespanGenerator, LifespanLike } from "./core/app/lifespan.ts";
export { AppConfig, type ConfigSetting, Context } from "./core/app/context.ts";
export type { Grid, ReplyOptions } from "./core/app/grid.ts";
export type { AppHost, Clock, Log, Random, RunFiles } from "./core/app/host.ts";

export {
  type InstructionOptions,
  Message,
  MessageInitializationError,
  MessageMetadata,
  type ReplyOptions as MessageReplyOptions,
} from "./core/model/app_message.ts";
export { DEFAULT_TTL_S, ErrorCode, type MessageError, type Metadata } from "./core/model/message.ts";
export { MessageType } from "./core/model/message_type.ts";
export type { Id, MessageId, NodeId, ObjectId, RunId, SeriesId, TaskId } from "./core/model/ids.ts";

export { type ArrayFields, FlowerArray } from "./core/model/record/array.ts";
export { ArrayRecord } from "./core/model/record/array_record.ts";
export { type ConfigInput, ConfigRecord } from "./core/model/record/config_record.ts";
export type { DType, DTypeArrays, TypedArray } from "./core/model/record/dtype.ts";
export {
  type ConfigValue,
  type Entry,
  float,
  type Forced,
  int,
  type Integer,
  type Kind,
  type MetricValue,
} from "./core/model/record/entry.ts";
export type { Items, KindedRecord } from "./core/model/record/kinded_record.ts";
export { type MetricInput, MetricRecord } from "./core/model/record/metric_record.ts";
export { NDArray } from "./core/model/record/ndarray.ts";
export { decodeNpy, encodeNpy } from "./core/model/record/npy.ts";
export { type FlowerRecord, RecordDict, RecordsOfKind } from "./core/model/record/record_dict.ts";

export { encodeNpz } from "./core/app/npz.ts";

export { arraysSizeMod, messageSizeMod } from "./core/app/mods/size_mods.ts";
export {
  adaptiveclippingMod,
  clippingMod,
  type ClippingModOptions,
  fixedclippingMod,
} from "./core/app/mods/clipping_mods.ts";
export { localDpMod, type LocalDpOptions } from "./core/app/mods/local_dp_mod.ts";
export { legacyMod } from "./core/app/mods/legacy_mod.ts";
export { secaggMod, secaggplusMod } from "./core/app/mods/secagg/secaggplus_mod.ts";

export { AggregationError, InconsistentMessageReplies } from "./core/strategy/errors.ts";
export { type Phase, Strategy, type TrainOutcome } from "./core/strategy/strategy.ts";
export type { EvaluateFn, PerPhase, RoundReport, StartOptions } from "./core/strategy/start_options.ts";
export { type BestModel, type MetricsByRound, Result } from "./core/strategy/result.ts";
export { meanOfMetrics, type MetricsAggregator } from "./core/strategy/metric_mean.ts";
export {
  type NodeSelector,
  NotEnoughNodesError,
  type Sample,
  type Selection,
} from "./core/strategy/sampling.ts";

export { FedAvg, type PhaseSettings } from "./core/strategy/fed_avg.ts";
export type { FedAvgOptions, FedAvgSettings, FlowerFedAvgOptions } from "./core/strategy/fed_avg_options.ts";
export { type ArrayFold, type Folded, type FoldScene, HeldReplies } from "./core/strategy/array_fold.ts";
export type { GoodReply } from "./core/strategy/good_reply.ts";
export { FedAvgM, type FedAvgMOptions } from "./core/strategy/fed_avg_m.ts";
export { FedProx, type FedProxOptions } from "./core/strategy/fed_prox.ts";
export { FedAdagrad } from "./core/strategy/fed_adagrad.ts";
export { FedAdam, type FedAdamOptions } from "./core/strategy/fed_adam.ts";
export { FedYogi } from "./core/strategy/fed_yogi.ts";
export type {
  FedOpt,
  FedOptOptions,
  FedOptSettings,
  Optimised,
  OptimiserStep,
} from "./core/strategy/fed_opt.ts";
export { QFedAvg, type QFedAvgOptions } from "./core/strategy/q_fed_avg.ts";
export { FedMedian } from "./core/strategy/fed_median.ts";
export { FedTrimmedAvg, type FedTrimmedAvgOptions } from "./core/strategy/fed_trimmed_avg.ts";
export { Krum, type KrumOptions } from "./core/strategy/krum.ts";
export { MultiKrum, type MultiKrumOptions } from "./core/strategy/multi_krum.ts";
export { Bulyan, type BulyanOptions } from "./core/strategy/bulyan.ts";
export { type SelectionCounts, type SelectionRule, selectMultiKrum } from "./core/strategy/krum_selection.ts";
export { FedXgbBagging } from "./core/strategy/fed_xgb_bagging.ts";
export { FedXgbCyclic, type FedXgbCyclicOptions } from "./core/strategy/fed_xgb_cyclic.ts";

export type {
  DifferentialPrivacy,
  DifferentialPrivacyOptions,
} from "./core/strategy/differential_privacy.ts";
export {
  DifferentialPrivacyClientSideFixedClipping,
  DifferentialPrivacyServerSideFixedClipping,
  type FixedClippingOptions,
} from "./core/strategy/dp_fixed_clipping.ts";
export {
  type AdaptiveDifferentialPrivacyOptions,
  DifferentialPrivacyClientSideAdaptiveClipping,
  DifferentialPrivacyServerSideAdaptiveClipping,
} from "./core/strategy/dp_adaptive_clipping.ts";
export type { AdaptiveClippingOptions } from "./core/strategy/clipping_norm.ts";
export { PrivacyAccountant, type PrivacyStep } from "./core/strategy/privacy_accountant.ts";
export type { PrivacyReportOptions } from "./core/strategy/privacy_ledger.ts";

export { earlyStopping, type EarlyStoppingOptions, type StopRule } from "./core/strategy/early_stopping.ts";
export type { MetricWatch } from "./core/strategy/metric_watch.ts";
export type { StragglerOptions } from "./core/strategy/reply_stream.ts";
export {
  type Checkpoint,
  type CheckpointMetrics,
  decodeCheckpoint,
  encodeCheckpoint,
} from "./core/strategy/checkpoint.ts";
export type { CheckpointOptions } from "./core/strategy/checkpoint_keeper.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./core/strategy/safetensors.ts";
