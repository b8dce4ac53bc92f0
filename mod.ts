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

export { AggregationError, InconsistentMessageReplies } from "./core/strategy/errors.ts";
export { FedAvg, type FedAvgOptions } from "./core/strategy/fed_avg.ts";
export { meanOfMetrics, type MetricsAggregator } from "./core/strategy/metric_mean.ts";
export { type MetricsByRound, Result } from "./core/strategy/result.ts";
export {
  type EvaluateFn,
  type Phase,
  type StartOptions,
  Strategy,
  type TrainOutcome,
} from "./core/strategy/strategy.ts";
