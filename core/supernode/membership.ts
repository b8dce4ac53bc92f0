import type { Clock, Log, Random } from "../io/ports.ts";
import type { NodeId } from "../model/ids.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { RpcError } from "../rpc/status.ts";
import { DEFAULT_HEARTBEAT_INTERVAL_S, onlineUntil } from "../rules/lease.ts";
import { fleet as methods } from "../wire/methods.ts";
import { isStatus, SuperNodeError } from "./refusal.ts";

/** How a node comes to its SuperLink and leaves it. */
export interface MembershipOptions {
  /** Waits for a SuperLink that is away. */
  readonly fleet: RpcClient;
  /** Tries once: nobody waits for a good-bye. */
  readonly farewell: RpcClient;
  /** PEM SubjectPublicKeyInfo with a final newline. */
  readonly publicKey: Uint8Array;
  /** Whether the key was made for this one start, so that nobody registered it before. */
  readonly selfRegistered: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Seconds between two heartbeats, as the SuperLink is told. */
const INTERVAL_S = DEFAULT_HEARTBEAT_INTERVAL_S;
/** How long a heartbeat may take. Milliseconds. */
const HEARTBEAT_TIMEOUT_MS = 5_000;
/** How long a good-bye may take. Milliseconds. */
const FAREWELL_TIMEOUT_MS = 3_000;
/** Between two tries to get in while the SuperLink still counts our last life as online. Milliseconds. */
const RETURN_PAUSE_MS = 3_000;
/** After the time in which the SuperLink must notice that our last life is over, and a little more. Milliseconds. */
const RETURN_PATIENCE_MS = onlineUntil(0, INTERVAL_S) + 10_000;

/** A node's place at its SuperLink. */
export class Membership {
  constructor(readonly options: MembershipOptions) {}

  /**
   * Comes in: registers a key that nobody knows, and says that the node is there.
   * @throws {SuperNodeError} when the SuperLink does not let it in
   * @throws {RpcError} when the signal is aborted or the SuperLink is given up
   */
  async join(signal: AbortSignal): Promise<NodeId> {
    if (this.options.selfRegistered) await this.#register(signal);
    return await this.#activate(signal);
  }

  /**
   * Says again and again that the node is there, at once for the first time.
   * @throws {RpcError} UNAUTHENTICATED when the SuperLink does not know the node any more
   */
  async beat(nodeId: NodeId, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.options;
    while (!signal.aborted) {
      await this.#heartbeat(nodeId, signal);
      // Spread, so that many nodes do not speak at the same time; early, so that one that is lost does no harm.
      const spread = 0.7 + 0.2 * (random.bytes(1)[0] / 255);
      await clock.sleep((INTERVAL_S * 1_000 - HEARTBEAT_TIMEOUT_MS) * spread, signal);
    }
  }

  /** Says good-bye as far as the SuperLink listens. Never rejects. */
  async leave(nodeId: NodeId): Promise<void> {
    const { farewell, selfRegistered, log } = this.options;
    const request = { node_id: nodeId };
    const options = { timeoutMs: FAREWELL_TIMEOUT_MS };
    try {
      await farewell.call(methods.DeactivateNode, request, options);
      if (selfRegistered) await farewell.call(methods.UnregisterNode, request, options);
    } catch (error) {
      log.debug(`The SuperLink did not take the good-bye: ${error}`);
    }
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { fleet, publicKey } = this.options;
    try {
      await fleet.call(methods.RegisterNode, { public_key: publicKey }, { signal });
    } catch (error) {
      if (!isStatus(error, "FAILED_PRECONDITION")) throw refused(error);
      // A fresh key that is known was registered by a call of ours whose reply got lost.
      if (error.details === "Public key already in use") return;
      throw new SuperNodeError(
        `The SuperLink takes registered SuperNodes only (${error.details}). Make a key pair with "corolla keys", ` +
          `have its public key registered with "flwr supernode register", and start again with ` +
          `--auth-supernode-private-key`,
        { cause: error },
      );
    }
  }

  async #activate(signal: AbortSignal): Promise<NodeId> {
    const { fleet, publicKey, clock, log } = this.options;
    const request = { public_key: publicKey, heartbeat_interval: INTERVAL_S };
    const giveUpAt = clock.now() + RETURN_PATIENCE_MS;
    for (let first = true;; first = false) {
      try {
        const { node_id } = await fleet.call(methods.ActivateNode, request, { signal });
        return BigInt(node_id);
      } catch (error) {
        if (!stillOnline(error) || clock.now() >= giveUpAt) throw refused(error);
        if (first) {
          log.warn(
            `The SuperLink counts this SuperNode as online (${error.details}): either it runs elsewhere with the ` +
              `same key, or it ended without a good-bye. Trying again for ${RETURN_PATIENCE_MS / 1_000} s`,
          );
        }
      }
      await clock.sleep(RETURN_PAUSE_MS, signal);
    }
  }

  async #heartbeat(nodeId: NodeId, signal: AbortSignal): Promise<void> {
    const { fleet, log } = this.options;
    const request = { node: { node_id: nodeId }, heartbeat_interval: INTERVAL_S };
    try {
      const options = { signal, timeoutMs: HEARTBEAT_TIMEOUT_MS };
      const { success } = await fleet.call(methods.SendNodeHeartbeat, request, options);
      if (!success) log.warn("The SuperLink did not take a heartbeat");
    } catch (error) {
      if (signal.aborted) return;
      if (isStatus(error, "UNAUTHENTICATED")) throw error;
      log.warn(`A heartbeat failed: ${error}`);
    }
  }
}

/** The one text that tells this refusal from that of an unknown key, which has the same status. */
function stillOnline(error: unknown): error is RpcError {
  return isStatus(error, "FAILED_PRECONDITION") && error.details.includes("could not be activated");
}

/** What a refusal at the door means for the operator. Anything else stays what it is. */
function refused(error: unknown): unknown {
  if (isStatus(error, "UNAUTHENTICATED")) {
    return new SuperNodeError(
      `The SuperLink refuses this SuperNode: ${error.details}. Check the key given with ` +
        `--auth-supernode-private-key, whether it is registered, and the clocks of both machines`,
      { cause: error },
    );
  }
  if (isStatus(error, "UNIMPLEMENTED")) {
    return new SuperNodeError(
      `There is no Fleet API at the address that --superlink gives (${error.details}). It must be that of the ` +
        `SuperLink's --fleet-api-address, on port 9092 unless told`,
      { cause: error },
    );
  }
  if (isStatus(error, "FAILED_PRECONDITION")) {
    return new SuperNodeError(
      `The SuperLink refuses this SuperNode: ${error.details} If its key is new, have it registered with ` +
        `"flwr supernode register KEY.pub"`,
      { cause: error },
    );
  }
  return error;
}
