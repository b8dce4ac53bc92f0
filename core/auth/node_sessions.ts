import { timingSafeEqual } from "@std/crypto";
import { Buffer } from "node:buffer";
import type { Clock } from "../io/ports.ts";
import type { UncheckedCall } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import {
  coveredHead,
  type NodeMac,
  nodeMac,
  nodeMacKey,
  parseNodeMac,
  requestHash,
  sessionBytes,
} from "../wire/node_mac.ts";
import { decodeSpkiPem, encodeSpkiPem } from "../wire/spki.ts";
import type { LinkKey, LinkKeys } from "./link_keys.ts";
import { GREET_AGAIN } from "./node_greeting.ts";
import { ReplayWindow } from "./replay_window.ts";
import { WINDOW_S, withinWindow } from "./time_window.ts";

/** A node may have so many at once: each start of its process begins one, and the old ones fade. */
const MOST_SESSIONS = 32;

/** So many sessions of callers that may be strangers are remembered, the most recent ones. */
const MOST_STRANGERS = 4_096;

/** After this time no call of a session that fell silent could be replayed: its timestamp is too old. Milliseconds. */
const FADES_MS = (WINDOW_S.past + 2 * WINDOW_S.future) * 1_000;

/** What was agreed with one process of a node. */
interface Session {
  readonly key: Uint8Array;
  readonly replays: ReplayWindow;
  lastUsedMs: number;
}

/** A call whose MAC is good and of now; whether it was made before is still to be seen. */
export interface GoodCall {
  /** Of its node, by the key. */
  readonly node: string;
  readonly session: string;
  readonly key: Uint8Array;
  readonly counter: number;
}

/**
 * Checks the MACs of nodes. Anybody can make a key and show a good MAC with it, so only the sessions of registered nodes
 * are remembered for as long as a replay could do harm.
 */
export class NodeSessions {
  readonly #nodes = new Map<string, Map<string, Session>>();
  readonly #strangers = new Map<string, Session>();
  #sweptMs = 0;

  constructor(readonly options: { readonly keys: LinkKeys; readonly clock: Clock }) {}

  /** How many sessions are remembered. */
  get size(): number {
    return [...this.#nodes.values()].reduce((sum, sessions) => sum + sessions.size, this.#strangers.size);
  }

  /**
   * Checks that the holder of the key has made exactly this call, and made it now.
   * @param by the key (PEM SubjectPublicKeyInfo) and the header with the MAC
   * @throws {RpcError} UNAUTHENTICATED
   */
  async check(call: UncheckedCall, by: { publicKey: Uint8Array; header: Uint8Array }): Promise<GoodCall> {
    const { publicKey, header } = by;
    const said = parseNodeMac(header);
    if (!said || !call.connection.secure) throw refused("Invalid MAC");
    const [node, session] = [nameOf(publicKey), nameOf(sessionBytes(header))];
    const key = this.#find(node, session)?.key ?? await this.#derive(publicKey, said);
    const bodyHash = await requestHash(call.requestBytes);
    const expected = nodeMac(key, { head: coveredHead(header), path: call.method.path, bodyHash });
    if (!timingSafeEqual(expected, said.mac)) throw refused("Invalid MAC");
    if (!withinWindow(said.timestampMs * 1_000, this.options.clock.now())) throw refused("Invalid timestamp");
    return { node, session, key, counter: said.counter };
  }

  /**
   * Lets a good call be made, once.
   * @param call what {@link check} gave for it
   * @param options.registered whether the key is a registered node's, and not perhaps a stranger's
   * @throws {RpcError} UNAUTHENTICATED when it was made before
   */
  use(call: GoodCall, { registered }: { registered: boolean }): void {
    const nowMs = this.options.clock.now();
    const name = call.node;
    const known = this.#find(name, call.session);
    const session = known ?? { key: call.key, replays: new ReplayWindow(), lastUsedMs: nowMs };
    if (registered) this.#rememberNode(name, { call, session, nowMs });
    else if (!known) this.#rememberStranger(name, call, session);
    if (!session.replays.take(call.counter)) throw refused("Replayed call");
    session.lastUsedMs = nowMs;
  }

  #find(node: string, session: string): Session | undefined {
    return this.#nodes.get(node)?.get(session) ?? this.#strangers.get(node + session);
  }

  async #derive(nodeKey: Uint8Array, { epoch, session }: NodeMac): Promise<Uint8Array> {
    const decoded = decodeSpkiPem(nodeKey);
    // Another spelling of the same key would be another node to whoever counts its sessions.
    if (!decoded || !Buffer.from(encodeSpkiPem(decoded)).equals(nodeKey)) throw refused("Invalid MAC");
    const own: LinkKey = await this.options.keys.on(decoded.curve);
    if (!Buffer.from(own.epoch).equals(epoch)) throw refused(GREET_AGAIN.otherKey);
    const shared = await own.secrets.with(nodeKey).catch(() => {
      throw refused("Invalid MAC");
    });
    return await nodeMacKey(shared, { session, nodeKey, linkKey: own.publicKey });
  }

  #rememberNode(
    name: string,
    { call, session, nowMs }: { call: GoodCall; session: Session; nowMs: number },
  ): void {
    if (this.#nodes.get(name)?.has(call.session)) return;
    this.#sweep(nowMs);
    const sessions = this.#nodes.get(name) ?? new Map<string, Session>();
    dropFaded(sessions, nowMs);
    if (sessions.size >= MOST_SESSIONS) throw refused("Too many sessions of one node");
    this.#strangers.delete(name + call.session);
    this.#nodes.set(name, sessions.set(call.session, session));
  }

  #rememberStranger(name: string, call: GoodCall, session: Session): void {
    this.#strangers.set(name + call.session, session);
    if (this.#strangers.size <= MOST_STRANGERS) return;
    this.#strangers.delete(this.#strangers.keys().next().value!);
  }

  /** Forgets what faded, now and then. */
  #sweep(nowMs: number): void {
    if (Math.abs(nowMs - this.#sweptMs) < FADES_MS) return;
    this.#sweptMs = nowMs;
    for (const [name, sessions] of this.#nodes) {
      dropFaded(sessions, nowMs);
      if (sessions.size === 0) this.#nodes.delete(name);
    }
  }
}

function dropFaded(sessions: Map<string, Session>, nowMs: number): void {
  for (const [name, { lastUsedMs }] of sessions) if (lastUsedMs < nowMs - FADES_MS) sessions.delete(name);
}

/** Bytes as a key of a map. */
function nameOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

function refused(details: string): RpcError {
  return new RpcError("UNAUTHENTICATED", details);
}
