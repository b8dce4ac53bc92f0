import type { NodeId, RunId, SeriesId } from "./ids.ts";
import type { RecordDict } from "./record/record_dict.ts";
import type { UserConfig } from "./user_config.ts";

/** What an app knows beside its message: where it runs, how it is configured, what it left behind last time. */
export interface ContextData {
  readonly runId: RunId;
  /** The node's own id; `SUPERLINK_NODE_ID` for a ServerApp. */
  readonly nodeId: NodeId;
  readonly seriesId: SeriesId;
  /** What the node's operator configured; empty for a ServerApp. */
  readonly nodeConfig: UserConfig;
  /** The app's configuration with the run's overrides. */
  readonly runConfig: UserConfig;
  /** What an app writes here it finds again in the next message of the same run series on this node. */
  readonly state: RecordDict;
}
