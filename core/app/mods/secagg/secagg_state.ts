/**
 * What a node remembers between the four messages of a secure aggregation, in its context's state. It lies there in
 * the clear, private keys too: whoever can read the state of a node has its secrets anyway.
 *
 * @module
 */
import type { NodeId } from "../../../model/ids.ts";
import { ConfigRecord } from "../../../model/record/config_record.ts";
import { float, int } from "../../../model/record/entry.ts";
import type { RecordDict } from "../../../model/record/record_dict.ts";

/** The stages, in order. */
export const STAGES = ["setup", "share_keys", "collect_masked_vectors", "unmask"] as const;

/** One of the stages. */
export type Stage = typeof STAGES[number];

/** What the server says first. */
export interface SecAggSettings {
  readonly sampleNum: number;
  readonly shareNum: number;
  readonly threshold: number;
  readonly clippingRange: number;
  readonly targetRange: number;
  readonly modRange: number;
  readonly maxWeight: number;
}

/** The public keys of a node: for masks, and for shares. */
export type PublicKeys = readonly [mask: Uint8Array, share: Uint8Array];

/** What a node remembers. */
export interface SecAggState extends SecAggSettings {
  stage: Stage;
  readonly nid: NodeId;
  /** For masks. */
  readonly sk1: Uint8Array;
  readonly pk1: Uint8Array;
  /** For shares. */
  readonly sk2: Uint8Array;
  readonly pk2: Uint8Array;
  /** The seed of the node's own mask. */
  seed?: Uint8Array;
  /** Shares of other nodes' seeds. */
  readonly seedShares: Map<NodeId, Uint8Array>;
  /** Shares of other nodes' private keys. */
  readonly keyShares: Map<NodeId, Uint8Array>;
  /** The keys for shares that this node has in common with others. */
  readonly sharedKeys: Map<NodeId, Uint8Array>;
  readonly publicKeys: Map<NodeId, PublicKeys>;
}

const RECORD = "secaggplus_state";

/** Writes the state down. */
export function saveState(records: RecordDict, state: SecAggState): void {
  const record = new ConfigRecord({
    current_stage: state.stage,
    nid: int(state.nid),
    sample_num: int(state.sampleNum),
    share_num: int(state.shareNum),
    threshold: int(state.threshold),
    clipping_range: float(state.clippingRange),
    target_range: int(state.targetRange),
    mod_range: int(state.modRange),
    max_weight: float(state.maxWeight),
    sk1: state.sk1,
    pk1: state.pk1,
    sk2: state.sk2,
    pk2: state.pk2,
    ...state.seed && { rd_seed: state.seed },
  });
  saveMap(record, "rd_seed_share_dict", state.seedShares);
  saveMap(record, "sk1_share_dict", state.keyShares);
  saveMap(record, "ss2_dict", state.sharedKeys);
  const both = [...state.publicKeys].flatMap(([, keys]) => keys);
  record.set("public_keys_dict:K", int([...state.publicKeys.keys()]));
  record.set("public_keys_dict:V", both);
  records.set(RECORD, record);
}

/** The state that was written down. @throws {TypeError} when there is none */
export function loadState(records: RecordDict): SecAggState {
  if (!records.has(RECORD)) {
    throw new TypeError(
      "Cannot go on with the secure aggregation as this node must have set it up: its state is empty",
    );
  }
  const record = records.config(RECORD);
  const both = bytesList(record, "public_keys_dict:V");
  const publicKeys = ids(record, "public_keys_dict:K").map((id, i): [NodeId, PublicKeys] => [
    id,
    [both[2 * i], both[2 * i + 1]],
  ]);
  return {
    stage: record.getString("current_stage") as Stage,
    nid: record.getBigInt("nid"),
    ...settingsFrom(record),
    sk1: record.getBytes("sk1"),
    pk1: record.getBytes("pk1"),
    sk2: record.getBytes("sk2"),
    pk2: record.getBytes("pk2"),
    ...record.has("rd_seed") && { seed: record.getBytes("rd_seed") },
    seedShares: loadMap(record, "rd_seed_share_dict"),
    keyShares: loadMap(record, "sk1_share_dict"),
    sharedKeys: loadMap(record, "ss2_dict"),
    publicKeys: new Map(publicKeys),
  };
}

/** The settings in a record, which has the names that the server uses. @throws {TypeError} when one is missing */
export function settingsFrom(record: ConfigRecord): SecAggSettings {
  return {
    sampleNum: record.getInt("sample_num"),
    shareNum: record.getInt("share_num"),
    threshold: record.getInt("threshold"),
    clippingRange: record.getFloat("clipping_range"),
    targetRange: record.getInt("target_range"),
    modRange: record.getInt("mod_range"),
    maxWeight: record.getFloat("max_weight"),
  };
}

/** Node ids in a record; none where the list is empty, whatever its kind. */
export function ids(record: ConfigRecord, key: string): NodeId[] {
  const list = record.get(key);
  return Array.isArray(list) && list.length === 0 ? [] : record.getInts(key).map(BigInt);
}

/** A list of bytes in a record; none where the list is empty, whatever its kind. @throws {TypeError} */
export function bytesList(record: ConfigRecord, key: string): readonly Uint8Array[] {
  const list = record.get(key);
  if (Array.isArray(list) && list.every((item) => item instanceof Uint8Array)) return list;
  throw new TypeError(`Cannot read "${key}" as it must be a list of bytes`);
}

function saveMap(record: ConfigRecord, name: string, map: ReadonlyMap<NodeId, Uint8Array>): void {
  record.set(`${name}:K`, int([...map.keys()]));
  record.set(`${name}:V`, [...map.values()]);
}

function loadMap(record: ConfigRecord, name: string): Map<NodeId, Uint8Array> {
  const values = bytesList(record, `${name}:V`);
  return new Map(ids(record, `${name}:K`).map((id, i) => [id, values[i]]));
}
