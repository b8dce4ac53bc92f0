import type { Fab as FabProto, Run as RunProto } from "../../proto/mod.ts";
import type { RunId } from "../model/ids.ts";
import type { UserConfig } from "../model/user_config.ts";
import type { RpcClient } from "../rpc/client.ts";
import { FabError } from "../wire/fab/error.ts";
import { type FabInfo, readFab } from "../wire/fab/fab.ts";
import { fuseRunConfig } from "../wire/fab/run_config.ts";
import { fleet as methods } from "../wire/methods.ts";
import { runFromProto, type RunInfo } from "../wire/run.ts";

/** A run whose messages reach this node, and all that its ClientApp needs besides them. */
export interface KnownRun {
  readonly info: RunInfo;
  /** The run in the SuperLink's words, to be passed on. */
  readonly proto: RunProto;
  readonly fab: FabProto;
  /** Reference of the ClientApp; absent when the app has none. */
  readonly clientapp?: string;
  /** The app's configuration with the run's overrides over it. */
  readonly runConfig: UserConfig;
}

/** How many runs are remembered: an app's archive can take 10 MiB. One that comes back is asked for again. */
const MOST_RUNS = 16;

/** The runs this node works for. Each is asked for once, with its app. */
export class KnownRuns {
  /** The one used last stands last. */
  readonly #runs = new Map<RunId, KnownRun>();

  /** The run, if it is known here. */
  get(runId: RunId): KnownRun | undefined {
    return this.#runs.get(runId);
  }

  /**
   * The run, known or asked for now.
   * @throws {FabError} when its app is damaged or does not fit the run
   * @throws {RpcError} PERMISSION_DENIED when it is not running
   */
  async learn(
    runId: RunId,
    how: { fleet: RpcClient; nodeId: bigint; signal: AbortSignal },
  ): Promise<KnownRun> {
    const run = this.#runs.get(runId) ?? await askFor(runId, how);
    this.#runs.delete(runId);
    this.#runs.set(runId, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > MOST_RUNS) this.#runs.delete(oldest);
    return run;
  }
}

async function askFor(
  runId: RunId,
  { fleet, nodeId, signal }: { fleet: RpcClient; nodeId: bigint; signal: AbortSignal },
): Promise<KnownRun> {
  const node = { node_id: nodeId };
  const { run: proto } = await fleet.call(methods.GetRun, { node, run_id: runId }, { signal });
  if (!proto) throw new FabError(`The SuperLink does not say what run ${runId} is`);
  const info = runFromProto(proto);
  const request = { node, hash_str: info.fabHash, run_id: runId };
  const { fab } = await fleet.call(methods.GetFab, request, { signal });
  if (!fab) throw new FabError(`The SuperLink does not give the app of run ${runId}`);
  const { components, config, hash }: FabInfo = readFab(fab.content);
  if (hash !== info.fabHash) {
    throw new FabError(
      `Cannot use the app of run ${runId} as its hash must be ${info.fabHash}: current value is ${hash}`,
    );
  }
  const runConfig = fuseRunConfig(config, info.overrideConfig);
  return { info, proto, fab, clientapp: components.clientapp, runConfig };
}
