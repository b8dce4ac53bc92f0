/**
 * `deno run -A tests/bench/fold.ts [--replies 100] [--parameters 10000000]`: how long FedAvg takes to put replies
 * together, and how much memory, beside the official strategy with NumPy. Each runs in a process of its own. Making
 * the replies is not timed; ours arrive one after the other, as they do in a run, and the official strategy is given
 * all of them, as it asks for.
 */
import { parseArgs } from "@std/cli/parse-args";
import { fileURLToPath } from "node:url";
import { ArrayRecord, FedAvg, FlowerArray, MetricRecord, NDArray, RecordDict } from "../../mod.ts";
import { Message, MessageMetadata } from "../../core/model/app_message.ts";
import { setTimeSource } from "../../core/model/now.ts";
import { encodeNpy } from "../../core/model/record/npy.ts";
import { spentMemory } from "../../core/io/spent_memory.ts";
import { FakeGrid } from "../fakes/grid.ts";

/** What is folded. */
export interface FoldSize {
  readonly replies: number;
  readonly parameters: number;
}

/** What it took. */
export interface Folded {
  readonly seconds: number;
  /** The most memory that the process ever had. */
  readonly peakMb: number;
  /** The sum of the new model's parameters: the same numbers went in on both sides. */
  readonly checksum: number;
}

/** Measures both, one after the other. @param peer the `bin` folder of a venv with the official programs */
export async function measureFold(size: FoldSize, peer: string): Promise<{ ours: Folded; official: Folded }> {
  const sizes = [String(size.replies), String(size.parameters)];
  const script = fileURLToPath(new URL("./fold_reference.py", import.meta.url));
  const ours = await run(Deno.execPath(), ["run", "-A", fileURLToPath(import.meta.url), "--ours", ...sizes]);
  const official = await run(`${peer}/python`, [script, ...sizes]);
  return { ours, official };
}

async function run(program: string, args: string[]): Promise<Folded> {
  const { stdout, success } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`${program} ${args[0]} failed`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

/**
 * The model that a node sends, in the one piece of memory in which its bytes arrive. The same formula stands in
 * `fold_reference.py`.
 */
function modelOf(reply: number, parameters: number): FlowerArray {
  const shape = [parameters];
  const header = encodeNpy(NDArray.zeros([0], "float32")).slice();
  const data = new Uint8Array(header.length + 4 * parameters);
  data.set(header);
  data.set(
    new TextEncoder().encode(`(${parameters},), }`),
    new TextDecoder("latin1").decode(header).indexOf("(0,)"),
  );
  const numbers = new Float32Array(data.buffer, header.length);
  for (let i = 0; i < parameters; i++) numbers[i] = ((i * 7919 + reply * 104729) % 65536) / 65536 - 0.5;
  return new FlowerArray({ dtype: "float32", shape, stype: "numpy.ndarray", data });
}

function replyOf(reply: number, parameters: number): Message {
  const content = new RecordDict({
    arrays: new ArrayRecord({ w: modelOf(reply, parameters) }),
    metrics: new MetricRecord({ "num-examples": reply + 1 }),
  });
  const about = { runId: 7n, messageId: "", dstNodeId: 1n, replyToMessageId: "", groupId: "", ttl: 100 };
  const metadata = { ...about, srcNodeId: BigInt(reply + 2), messageType: "train", createdAt: 0 };
  return new Message(content, new MessageMetadata(metadata));
}

/** A grid whose nodes answer one after the other; how long making their answers takes is not counted. */
class ArrivingGrid extends FakeGrid {
  makingMs = 0;
  override readonly host = { ...new FakeGrid([]).host, spent: spentMemory };

  constructor(readonly size: FoldSize) {
    super(Array.from({ length: size.replies }, (_, reply) => BigInt(reply + 2)));
  }

  override async *sendAndStream(): AsyncGenerator<Message> {
    for (let reply = 0; reply < this.size.replies; reply++) {
      const since = performance.now();
      const message = replyOf(reply, this.size.parameters);
      this.makingMs += performance.now() - since;
      yield message;
    }
  }
}

async function foldOurs(size: FoldSize): Promise<Folded> {
  setTimeSource(() => 1_800_000_000);
  const grid = new ArrivingGrid(size);
  const model = ArrayRecord.from({ w: NDArray.zeros([size.parameters], "float32") });
  const begin = performance.now();
  const { arrays } = await new FedAvg({ fractionEvaluate: 0 }).start(grid, model, { numRounds: 1 });
  const seconds = (performance.now() - begin - grid.makingMs) / 1000;
  const [{ data }] = arrays.toArrays();
  const checksum = (data as Float32Array).reduce((sum, value) => sum + value, 0);
  const status = await Deno.readTextFile("/proc/self/status");
  return { seconds, peakMb: Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024, checksum };
}

if (import.meta.main) {
  if (Deno.args[0] === "--ours") {
    const [replies, parameters] = Deno.args.slice(1).map(Number);
    console.log(JSON.stringify(await foldOurs({ replies, parameters })));
  } else {
    const flags = parseArgs(Deno.args, { string: ["replies", "parameters"] });
    const size = {
      replies: Number(flags.replies ?? 100),
      parameters: Number(flags.parameters ?? 10_000_000),
    };
    const peer = Deno.env.get("COROLLA_PEER");
    if (!peer) throw new Error("Set COROLLA_PEER to the bin folder of a venv with flwr==1.32.1");
    const { ours, official } = await measureFold(size, peer);
    console.log(JSON.stringify({ size, ours, official }, undefined, 2));
    console.log(
      `time ${(ours.seconds / official.seconds).toFixed(2)}, memory ${
        (ours.peakMb / official.peakMb).toFixed(3)
      }`,
    );
  }
}
