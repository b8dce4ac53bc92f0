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
 * @module
 */
export {
  ClientApp,
  type ClientHandler,
  type HandlerOptions,
  type Mod,
  type Next,
} from "./core/app/client_app.ts";
export { ServerApp, type ServerMain } from "./core/app/server_app.ts";
export type { Lifespan, LifespanGenerator, LifespanLike } from "./core/app/lifespan.ts";
export { AppConfig, type ConfigSetting, Context } from "./core/app/context.ts";
export type { Grid, ReplyOptions } from "./core/app/grid.ts";
export type { AppHost } from "./core/app/host.ts";
export type { RunFiles } from "./core/strategy/journal.ts";

export {
  type InstructionOptions,
  Message,
  MessageInitializationError,
  MessageMetadata,
  type ReplyOptions as MessageReplyOptions,
} from "./core/model/app_message.ts";
export { DEFAULT_TTL_S, ErrorCode, type MessageError, type Metadata } from "./core/model/message.ts";
export { MessageType } from "./core/model/message_type.ts";
export type { MessageId, NodeId, RunId, SeriesId, TaskId } from "./core/model/ids.ts";

export { FlowerArray } from "./core/model/record/array.ts";
export { ArrayRecord } from "./core/model/record/array_record.ts";
export { type ConfigInput, ConfigRecord } from "./core/model/record/config_record.ts";
export type { DType, TypedArray } from "./core/model/record/dtype.ts";
export {
  type ConfigValue,
  float,
  type Forced,
  int,
  type Integer,
  type MetricValue,
} from "./core/model/record/entry.ts";
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
export { type NodeSelector, NotEnoughNodesError, type Selection } from "./core/strategy/sampling.ts";

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
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./core/strategy/checkpoint.ts";
export type { CheckpointOptions } from "./core/strategy/checkpoint_keeper.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./core/strategy/safetensors.ts";
