/** The server's side of SecAgg+, as far as a test needs it: it plays the four stages and adds the updates up. */
import type { Message } from "../../core/model/app_message.ts";
import { decodeNpy } from "../../core/model/record/npy.ts";
import { type ConfigInput, ConfigRecord } from "../../core/model/record/config_record.ts";
import { float, int } from "../../core/model/record/entry.ts";
import { RecordDict } from "../../core/model/record/record_dict.ts";
import { sharedKey } from "../../core/app/mods/secagg/key_agreement.ts";
import { MaskNumbers } from "../../core/app/mods/secagg/mask.ts";
import { bytesOf, chunksOf, multiply } from "../../core/app/mods/secagg/shamir.ts";

/** Has a node answer a message; undefined for one that is gone. */
export type Ask = (nodeId: bigint, content: RecordDict) => Promise<Message | undefined>;

/** The settings of an aggregation. */
export interface SecAggServerOptions {
  readonly nodeIds: readonly bigint[];
  readonly threshold: number;
  /** What is sent along when updates are collected. */
  readonly fitIns: RecordDict;
}

const CLIPPING = 8;
const TARGET = 2 ** 22;
const RANGE = 2 ** 32;

/** The weighted mean of the updates, one number after the other; what came of the stages, for a test to look at. */
export async function aggregate(
  ask: Ask,
  { nodeIds, threshold, fitIns }: SecAggServerOptions,
): Promise<number[]> {
  const settings = {
    sample_num: nodeIds.length,
    share_num: nodeIds.length,
    threshold,
    clipping_range: float(CLIPPING),
    target_range: TARGET,
    mod_range: int(RANGE),
    max_weight: float(1000),
  };
  const keys = await answers(ask, nodeIds, () => request("setup", settings));
  const all = Object.fromEntries(
    Array.from(keys, ([id, answer]) => [String(id), [answer.getBytes("pk1"), answer.getBytes("pk2")]]),
  );
  const shared = await answers(ask, nodeIds, () => request("share_keys", all));
  const masked = await answers(ask, nodeIds, (id) => {
    const letters = [...shared].flatMap(([src, answer]) => {
      const place = answer.getInts("dsts").map(BigInt).indexOf(id);
      return place < 0 ? [] : [{ src, text: (answer.get("ctxts") as readonly Uint8Array[])[place] }];
    });
    const srcs = int(letters.map(({ src }) => src));
    const content = request("collect_masked_vectors", { srcs, ctxts: letters.map(({ text }) => text) });
    for (const [name, record] of fitIns) content.set(name, record);
    return content;
  });
  const active = [...masked.keys()];
  const dead = nodeIds.filter((id) => !masked.has(id));
  const given = await answers(
    ask,
    active,
    () => request("unmask", { active_nids: int(active), dead_nids: int(dead) }),
  );
  return await unmasked({ masked, given, keys, active, dead, threshold });
}

function request(stage: string, entries: Record<string, ConfigInput>): RecordDict {
  return new RecordDict({ secaggplus_configs: new ConfigRecord({ stage, ...entries }) });
}

async function answers(
  ask: Ask,
  nodeIds: readonly bigint[],
  content: (id: bigint) => RecordDict,
): Promise<Map<bigint, ConfigRecord>> {
  const found = new Map<bigint, ConfigRecord>();
  for (const id of nodeIds) {
    const reply = await ask(id, content(id));
    if (reply) found.set(id, reply.content.config("secaggplus_configs"));
  }
  return found;
}

interface Collected {
  readonly masked: ReadonlyMap<bigint, ConfigRecord>;
  readonly given: ReadonlyMap<bigint, ConfigRecord>;
  readonly keys: ReadonlyMap<bigint, ConfigRecord>;
  readonly active: readonly bigint[];
  readonly dead: readonly bigint[];
  readonly threshold: number;
}

async function unmasked({ masked, given, keys, active, dead, threshold }: Collected): Promise<number[]> {
  const sum: number[] = [];
  for (const answer of masked.values()) {
    flat(answer.get("masked_params") as readonly Uint8Array[]).forEach((value, i) =>
      sum[i] = (sum[i] ?? 0) + value
    );
  }
  const secretOf = (id: bigint) => {
    const shares = [...given.values()].map((answer) => {
      const place = answer.getInts("nids").map(BigInt).indexOf(id);
      return (answer.get("shares") as readonly Uint8Array[])[place];
    });
    return combined(shares.slice(0, threshold));
  };
  for (const id of active) addMask(sum, secretOf(id), -1);
  for (const id of dead) {
    const secret = secretOf(id);
    for (const other of active) {
      // What the living added for the dead is still there.
      const seed = await sharedKey(secret, keys.get(other)!.getBytes("pk1"));
      addMask(sum, seed, other > id ? -1 : 1);
    }
  }
  const [weight, ...values] = sum.map((value) => ((value % RANGE) + RANGE) % RANGE);
  return values.map((value) => {
    const dequantized = value * 2 * CLIPPING / TARGET - active.length * CLIPPING;
    return dequantized * TARGET / weight;
  });
}

function addMask(sum: number[], seed: Uint8Array, sign: 1 | -1): void {
  const numbers = new MaskNumbers(seed, RANGE);
  for (let i = 0; i < sum.length; i++) sum[i] += sign * numbers.next();
}

/** The numbers of a masked vector, one after the other. */
export function flat(files: readonly Uint8Array[]): number[] {
  return files.flatMap((file) => [...decodeNpy(file).toNumbers()]);
}

/** The secret that shares bring back. */
export function combined(shares: readonly Uint8Array[]): Uint8Array {
  const points = shares.map((share) => ({
    x: BigInt(new DataView(share.buffer, share.byteOffset).getUint32(0, true)),
    y: chunksOf(share.subarray(4)),
  }));
  const chunks = points[0].y.map((_, place) =>
    points.reduce((sum, { x, y }) => {
      const others = points.filter((other) => other.x !== x);
      const weight = others.reduce((w, other) => multiply(w, multiply(other.x, inverse(other.x ^ x))), 1n);
      return sum ^ multiply(weight, y[place]);
    }, 0n)
  );
  const filled = new Uint8Array(chunks.flatMap((chunk) => [...bytesOf(chunk)]));
  return filled.slice(0, filled.length - filled.at(-1)!);
}

/** By Fermat: a^(2^128 - 2). */
function inverse(a: bigint): bigint {
  let [result, square] = [1n, a];
  for (let bit = 1; bit < 128; bit++) {
    square = multiply(square, square);
    result = multiply(result, square);
  }
  return result;
}
