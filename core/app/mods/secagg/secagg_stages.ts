import type { NodeId } from "../../../model/ids.ts";
import type { Message } from "../../../model/app_message.ts";
import { NormalNumbers } from "../../../model/numeric/noise.ts";
import { encodeNpy } from "../../../model/record/npy.ts";
import { ArrayRecord } from "../../../model/record/array_record.ts";
import { ConfigRecord } from "../../../model/record/config_record.ts";
import { int } from "../../../model/record/entry.ts";
import type { Context } from "../../context.ts";
import { decryptToken, encryptToken } from "./fernet.ts";
import { newKeyPair, sharedKey } from "./key_agreement.ts";
import { maskedVector, pairSign, quantizedWeight, type SignedMask, weighedVector } from "./masked_vector.ts";
import { bytesList, ids, type PublicKeys, type SecAggState, settingsFrom } from "./secagg_state.ts";
import { shareSecret } from "./shamir.ts";
import { decodeShareText, encodeShareText } from "./share_text.ts";

/** The server asks for something that this node must not, or cannot, do. */
export class SecAggError extends Error {
  override name = "SecAggError";
}

const SEED_BYTES = 32;
const IV_BYTES = 16;
const MOST_RANGE = 2 ** 32;

/** Makes the node's keys, and tells the public ones. */
export async function setUp(config: ConfigRecord, { nodeId }: Context): Promise<[SecAggState, ConfigRecord]> {
  const settings = settingsFrom(config);
  const { modRange, threshold, shareNum } = settings;
  if (modRange > MOST_RANGE || modRange < 4 || !Number.isInteger(Math.log2(modRange))) {
    throw new SecAggError(
      `Cannot mask as mod_range must be a power of two up to 2^32: current value is ${modRange}`,
    );
  }
  if (threshold < 2 || threshold > shareNum) {
    throw new SecAggError(
      `Cannot share secrets as threshold must be from 2 to share_num (${shareNum}): current value is ${threshold}`,
    );
  }
  const [mask, share] = [await newKeyPair(), await newKeyPair()];
  const state: SecAggState = {
    ...settings,
    stage: "setup",
    nid: nodeId,
    sk1: mask.privateKey,
    pk1: mask.publicKey,
    sk2: share.privateKey,
    pk2: share.publicKey,
    seedShares: new Map(),
    keyShares: new Map(),
    sharedKeys: new Map(),
    publicKeys: new Map(),
  };
  return [state, new ConfigRecord({ pk1: state.pk1, pk2: state.pk2 })];
}

/** Shares the node's two secrets among its neighbours, each share readable by one of them alone. */
export async function shareKeys(config: ConfigRecord, work: { state: SecAggState; context: Context }) {
  const { state, context } = work;
  const { random, clock } = context.host;
  const neighbours = publicKeysIn(config);
  checkPublicKeys(neighbours, state);
  const sharing = {
    count: state.shareNum,
    threshold: state.threshold,
    random: (count: number) => random.bytes(count),
  };
  state.seed = random.bytes(SEED_BYTES);
  const [seedShares, keyShares] = [shareSecret(state.seed, sharing), shareSecret(state.sk1, sharing)];
  const [dsts, tokens]: [NodeId[], Uint8Array[]] = [[], []];
  let place = 0;
  for (const [id, keys] of neighbours) {
    const [seedShare, keyShare] = [seedShares[place], keyShares[place++]];
    state.publicKeys.set(id, keys);
    if (id === state.nid) {
      state.seedShares.set(id, seedShare);
      state.keyShares.set(id, keyShare);
      continue;
    }
    const key = await sharedKey(state.sk2, keys[1]);
    state.sharedKeys.set(id, key);
    const text = encodeShareText({ src: state.nid, dst: id, seedShare, keyShare });
    dsts.push(id);
    tokens.push(
      await encryptToken(text, { key, seal: { iv: random.bytes(IV_BYTES), time: clock.now() / 1000 } }),
    );
  }
  return new ConfigRecord({ dsts: int(dsts), ctxts: tokens });
}

/** Keeps the shares that others sent, and hides the node's own update. */
export async function maskUpdate(
  config: ConfigRecord,
  { state, context, fit }: { state: SecAggState; context: Context; fit: () => Promise<Message> },
): Promise<Message> {
  const srcs = ids(config, "srcs");
  await receiveShares(srcs, bytesList(config, "ctxts"), state);
  const reply = await fit();
  if (reply.hasError()) return reply;
  const numbers = new NormalNumbers((count) => context.host.random.bytes(count));
  const weight = quantizedWeight(numExamplesOf(reply), state);
  if (weight > state.targetRange) {
    context.host.log.warn(
      `secaggplus_mod: num_examples is above max_weight (${state.maxWeight}): the sum may run over and be wrong`,
    );
  }
  const vector = weighedVector(parametersOf(reply), { weight, state, uniform: () => numbers.uniform() });
  const masks = await masksOf(srcs, state);
  const masked = maskedVector(vector, { masks, modRange: state.modRange });
  for (const [name] of [...reply.content.arrayRecords()]) reply.content.set(name, new ArrayRecord());
  reply.content.set(SECAGG_RECORD, new ConfigRecord({ masked_params: masked.map(encodeNpy) }));
  return reply;
}

/** Gives the shares away by which the server takes the masks off: of seeds, or of keys, of a node never both. */
export function unmask(config: ConfigRecord, state: SecAggState): ConfigRecord {
  const [active, dead] = [ids(config, "active_nids"), ids(config, "dead_nids")];
  const both = active.find((id) => dead.includes(id));
  if (both !== undefined) {
    throw new SecAggError(
      `Cannot unmask node ${both} as it must be either active or dead: the server says both`,
    );
  }
  if (active.length < state.threshold) {
    throw new SecAggError(
      `Cannot unmask as ${state.threshold} nodes must have sent their update: there are ${active.length}`,
    );
  }
  const shares = [
    ...active.map((id) => shareOf(state.seedShares, id)),
    ...dead.map((id) => shareOf(state.keyShares, id)),
  ];
  return new ConfigRecord({ nids: int([...active, ...dead]), shares });
}

/** The record in which server and nodes speak of the aggregation. */
export const SECAGG_RECORD = "secaggplus_configs";

function publicKeysIn(config: ConfigRecord): Map<NodeId, PublicKeys> {
  const keys = new Map<NodeId, PublicKeys>();
  for (const name of config.keys()) {
    if (!/^\d+$/.test(name)) continue;
    const pair = bytesList(config, name);
    if (pair.length !== 2) {
      throw new SecAggError(
        `Cannot use the keys of node ${name} as there must be two: there are ${pair.length}`,
      );
    }
    keys.set(BigInt(name), [pair[0], pair[1]]);
  }
  return keys;
}

function checkPublicKeys(neighbours: ReadonlyMap<NodeId, PublicKeys>, state: SecAggState): void {
  const { threshold, shareNum, nid } = state;
  if (neighbours.size < threshold) {
    throw new SecAggError(
      `Cannot share secrets as ${threshold} nodes must take part: there are ${neighbours.size}`,
    );
  }
  if (neighbours.size > shareNum) {
    throw new SecAggError(
      `Cannot share secrets as there must be a share for each of ${neighbours.size} nodes: share_num is ${shareNum}. ` +
        "Use an odd number of shares",
    );
  }
  const own = neighbours.get(nid);
  if (!own || !same(own[0], state.pk1) || !same(own[1], state.pk2)) {
    throw new SecAggError("Cannot share secrets as the server must know this node's keys: it has others");
  }
  const texts = [...neighbours.values()].flat().map((key) => key.toHex());
  if (new Set(texts).size !== texts.length) {
    throw new SecAggError("Cannot share secrets as all keys must differ: some are the same");
  }
}

async function receiveShares(
  srcs: readonly NodeId[],
  tokens: readonly Uint8Array[],
  state: SecAggState,
): Promise<void> {
  if (srcs.length + 1 < state.threshold) {
    throw new SecAggError(
      `Cannot mask as ${state.threshold} nodes must take part: there are ${srcs.length + 1}`,
    );
  }
  for (const [place, src] of srcs.entries()) {
    const key = state.sharedKeys.get(src);
    if (!key) throw new SecAggError(`Cannot mask as node ${src} must be a neighbour: its keys never came`);
    const text = decodeShareText(await decryptToken(tokens[place], key));
    if (text.src !== src || text.dst !== state.nid) {
      throw new SecAggError(
        `Cannot mask as the shares of node ${src} must be for node ${state.nid}: they are of ${text.src} for ${text.dst}`,
      );
    }
    state.seedShares.set(src, text.seedShare);
    state.keyShares.set(src, text.keyShare);
  }
}

async function masksOf(srcs: readonly NodeId[], state: SecAggState): Promise<SignedMask[]> {
  const masks: SignedMask[] = [{ seed: state.seed!, sign: 1 }];
  for (const src of srcs) {
    const [theirs] = state.publicKeys.get(src)!;
    masks.push({ seed: await sharedKey(state.sk1, theirs), sign: pairSign(state.nid, src) });
  }
  return masks;
}

function numExamplesOf({ content }: Message): number {
  return content.metrics("fitres.num_examples").getInt("num_examples");
}

function parametersOf({ content }: Message) {
  return content.arrays("fitres.parameters").toArrays();
}

function shareOf(shares: ReadonlyMap<NodeId, Uint8Array>, id: NodeId): Uint8Array {
  const share = shares.get(id);
  if (share) return share;
  throw new SecAggError(`Cannot unmask node ${id} as it must be a neighbour: no share of its secrets came`);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
