import type { RunId, SeriesId, TaskId } from "./ids.ts";
import type { SimulationConfig } from "./simulation.ts";
import type { TaskType } from "./task.ts";
import type { UserConfig } from "./user_config.ts";

/** One execution of an app over a federation. Its status and times are those of its primary task. */
export interface Run {
  readonly runId: RunId;
  readonly seriesId: SeriesId;
  /** `publisher/name` of the app. */
  readonly fabId: string;
  readonly fabVersion: string;
  /** SHA-256 (hex) of the app's archive. */
  readonly fabHash: string;
  readonly overrideConfig: UserConfig;
  readonly federation: string;
  /** How its federation is simulated; absent in a deployment. */
  readonly simulation?: SimulationConfig;
  /** Id of the account that started it; `<id:none>` without account authentication. */
  readonly ownerId: string;
  readonly ownerName: string;
  readonly primaryTaskId: TaskId;
  readonly primaryTaskType: TaskType;
  /** Bytes of messages and objects that nodes sent and received, as the SuperLink counts them. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Seconds that ClientApps worked for this run. */
  readonly clientAppRuntimeS: number;
}

/** Runs that share state. Times are Unix milliseconds. */
export interface RunSeries {
  readonly seriesId: SeriesId;
  readonly federation: string;
  readonly description: string;
  readonly ownerId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}
