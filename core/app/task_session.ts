import type { Context as ContextProto, Init } from "../../proto/mod.ts";
import type { Clock, Random } from "../io/ports.ts";
import type { Fab } from "../model/fab.ts";
import type { SimulationConfig } from "../model/simulation.ts";
import type { NodeId, RunId } from "../model/ids.ts";
import { wishHold } from "../rpc/peer.ts";
import { fraction } from "../rpc/retry.ts";
import type { RpcClient } from "../rpc/client.ts";
import { RpcError } from "../rpc/status.ts";
import type { UserConfig } from "../model/user_config.ts";
import { configFromProto } from "../wire/config.ts";
import { simulationFromProto } from "../wire/simulation.ts";
import { contextFromProto, contextToProto } from "../wire/context.ts";
import type { ContextData } from "../model/context.ts";
import { type AppIoMethods, RpcLink } from "./rpc_link.ts";

/** What a task works on. */
export interface TaskInput {
  readonly runId: RunId;
  readonly nodeId: NodeId;
  readonly context: ContextData;
  /** What the run sets beside the defaults of the app. */
  readonly overrideConfig: UserConfig;
  readonly fab: Fab;
  /** How the run's federation is simulated, for a task that simulates it. */
  readonly simulation?: Partial<SimulationConfig>;
}

/** How a task ended, for whoever gave it. */
export interface TaskOutput {
  readonly subStatus: "completed" | "failed";
  /** Why it failed. */
  readonly details: string;
  /** The context as the app left it; without one nothing is stored. */
  readonly context?: ContextData;
  /** Seconds that ClientApps worked, for a task that had them work. */
  readonly clientAppRuntimeS?: number;
}

/** What a {@link TaskSession} works with. */
export interface TaskSessionOptions {
  /** Its credentials show the task's token. */
  readonly client: RpcClient;
  readonly methods: AppIoMethods;
  readonly clock: Clock;
  readonly random: Random;
}

const HEARTBEAT_INTERVAL_S = 30;
const HEARTBEAT_CALL_TIMEOUT_S = 5;
/** Ours hold a heartbeat for so long, or until the task is over. Milliseconds. */
const HEARTBEAT_HOLD_MS = 20_000;
/** A heartbeat that took longer than this was held. Milliseconds. */
const HELD_MS = 1_000;

/** Whether an error says that the task's token counts no more: the run was stopped, or the task is over. */
export function isTaskOver(error: unknown): error is RpcError {
  return error instanceof RpcError && error.code === "UNAUTHENTICATED";
}

/** One task, as its app process speaks of it with the AppIo service that gave it. */
export class TaskSession {
  readonly #options: TaskSessionOptions;

  constructor(options: TaskSessionOptions) {
    this.#options = options;
  }

  /** Starts the task. Can be done once. @throws {RpcError} */
  async pullInput(signal?: AbortSignal): Promise<TaskInput> {
    const { client, methods } = this.#options;
    const input = await client.call(methods.PullTaskInput, {}, { signal });
    const { context: received, run, fab } = input;
    if (!received || !run || !fab) {
      throw new RpcError("INTERNAL", "Cannot start the task as its input lacks a context, a run or an app");
    }
    const context = contextFromProto(received);
    return {
      runId: BigInt(run.run_id),
      nodeId: context.nodeId,
      context,
      overrideConfig: configFromProto(run.override_config),
      fab: { hash: fab.hash_str, content: new Uint8Array(fab.content), verifications: fab.verifications },
      ..."federation_config" in input && input.federation_config
        ? { simulation: simulationFromProto(input.federation_config) }
        : {},
    };
  }

  /** The way of the task's messages. */
  link({ runId, nodeId }: TaskInput): RpcLink {
    return new RpcLink({ ...this.#options, node: nodeId, runId });
  }

  /**
   * Says over and over that the task is being worked on, until the signal is aborted. A peer of ours holds each of
   * these calls, so that the end of the task is heard at once.
   * @throws {RpcError} UNAUTHENTICATED as soon as the task is over
   */
  async keepAlive(signal: AbortSignal): Promise<void> {
    const { client, methods, clock, random } = this.#options;
    while (!signal.aborted) {
      const since = clock.now();
      try {
        await client.call(methods.SendTaskHeartbeat, {}, { metadata: wishHold(HEARTBEAT_HOLD_MS), signal });
        if (clock.now() - since > HELD_MS) continue;
      } catch (error) {
        if (signal.aborted) return;
        // Any other trouble may have passed by the next beat.
        if (isTaskOver(error)) throw error;
      }
      // Spread, so that many tasks which started together do not all call together.
      const share = 0.7 + 0.2 * fraction(random);
      await clock.sleep((HEARTBEAT_INTERVAL_S - HEARTBEAT_CALL_TIMEOUT_S) * share * 1000, signal);
    }
  }

  /** Adds text to the run's log. @throws {RpcError} */
  async pushLogs(input: TaskInput, logs: readonly string[]): Promise<void> {
    const { client, methods } = this.#options;
    const request = { node: { node_id: input.nodeId }, run_id: input.runId, logs: [...logs] };
    await client.call(methods.PushLogs, request);
  }

  /** Ends the task. @throws {RpcError} */
  async pushOutput({ subStatus, details, context, clientAppRuntimeS }: TaskOutput): Promise<void> {
    const { client, methods } = this.#options;
    const sent: Init<ContextProto> | null = context ? contextToProto(context) : null;
    await client.call(methods.PushTaskOutput, {
      context: sent,
      sub_status: subStatus,
      details,
      clientapp_runtime: clientAppRuntimeS,
    });
  }
}
