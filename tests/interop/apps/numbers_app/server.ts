/** What leads the run: every strategy that is asked for, and the model after each of its rounds. */
import {
  ArrayRecord,
  Bulyan,
  ConfigRecord,
  DifferentialPrivacyClientSideAdaptiveClipping,
  DifferentialPrivacyClientSideFixedClipping,
  DifferentialPrivacyServerSideAdaptiveClipping,
  DifferentialPrivacyServerSideFixedClipping,
  FedAdagrad,
  FedAdam,
  FedAvg,
  FedAvgM,
  type FedAvgOptions,
  FedMedian,
  FedProx,
  FedTrimmedAvg,
  FedXgbBagging,
  FedXgbCyclic,
  FedYogi,
  float,
  type Grid,
  int,
  Krum,
  Message,
  type MessageId,
  type MetricsByRound,
  MultiKrum,
  NDArray,
  type NodeId,
  QFedAvg,
  RecordDict,
  type ReplyOptions,
  ServerApp,
  type Strategy,
} from "corolla";

/** A strategy, how many nodes it has, and which function of the ClientApp trains for it. */
interface Trial {
  make(base: FedAvgOptions): Strategy;
  readonly nodes?: number;
  readonly trainType?: string;
}

/** Without noise: that is no number that two programs could share. */
const quiet = { noiseMultiplier: 0, numSampledClients: 3 };

/** `server_app.py` has the same. */
const TRIALS: Readonly<Record<string, Trial>> = {
  FedAvg: { make: (base) => new FedAvg({ ...base, fractionEvaluate: 1, minEvaluateNodes: 3 }) },
  FedAvgM: { make: (base) => new FedAvgM({ ...base, serverLearningRate: 0.7, serverMomentum: 0.9 }) },
  FedProx: { make: (base) => new FedProx({ ...base, proximalMu: 0.5 }) },
  FedAdagrad: { make: (base) => new FedAdagrad(base) },
  FedAdam: { make: (base) => new FedAdam(base) },
  FedYogi: { make: (base) => new FedYogi(base) },
  FedMedian: { make: (base) => new FedMedian(base), nodes: 4 },
  FedTrimmedAvg: { make: (base) => new FedTrimmedAvg({ ...base, beta: 0.2 }), nodes: 5 },
  Krum: { make: (base) => new Krum({ ...base, numMaliciousNodes: 1 }), nodes: 5 },
  MultiKrum: {
    make: (base) => new MultiKrum({ ...base, numMaliciousNodes: 1, numNodesToSelect: 3 }),
    nodes: 5,
  },
  Bulyan: { make: (base) => new Bulyan({ ...base, numMaliciousNodes: 1 }), nodes: 7 },
  QFedAvg: { make: (base) => new QFedAvg({ ...base, clientLearningRate: 0.1, q: 0.2 }) },
  DifferentialPrivacyServerSideFixedClipping: {
    make: ({ aggregation, ...base }) =>
      new DifferentialPrivacyServerSideFixedClipping(new FedAvg({ ...base, aggregation }), {
        ...quiet,
        aggregation,
        clippingNorm: 0.3,
      }),
  },
  DifferentialPrivacyServerSideAdaptiveClipping: {
    make: ({ aggregation, ...base }) =>
      new DifferentialPrivacyServerSideAdaptiveClipping(new FedAvg({ ...base, aggregation }), {
        ...quiet,
        aggregation,
        initialClippingNorm: 0.2,
      }),
  },
  DifferentialPrivacyClientSideFixedClipping: {
    make: (base) =>
      new DifferentialPrivacyClientSideFixedClipping(new FedAvg(base), { ...quiet, clippingNorm: 0.3 }),
    trainType: "train.fixed",
  },
  DifferentialPrivacyClientSideAdaptiveClipping: {
    make: (base) =>
      new DifferentialPrivacyClientSideAdaptiveClipping(new FedAvg(base), {
        ...quiet,
        initialClippingNorm: 0.2,
      }),
    trainType: "train.adaptive",
  },
  FedXgbBagging: { make: (base) => new FedXgbBagging(base), trainType: "train.tree" },
  FedXgbCyclic: {
    make: ({ aggregation, selectNodes }) =>
      new FedXgbCyclic({ aggregation, selectNodes, minAvailableNodes: 3 }),
    trainType: "train.turn",
  },
};

interface ChosenNodes {
  readonly nodes: readonly NodeId[];
  readonly trainType: string;
  /** Give replies in the order of the nodes, where the result depends on it. */
  readonly sorted: boolean;
}

/** The nodes of one trial in the order of their partitions. */
class Chosen implements Grid {
  readonly host;

  constructor(readonly grid: Grid, readonly chosen: ChosenNodes) {
    this.host = grid.host;
  }

  getNodeIds(): Promise<NodeId[]> {
    return Promise.resolve([...this.chosen.nodes]);
  }

  pushMessages(messages: Iterable<Message>): Promise<(MessageId | null)[]> {
    return this.grid.pushMessages(messages);
  }

  pullMessages(ids: Iterable<MessageId>): Promise<Message[]> {
    return this.grid.pullMessages(ids);
  }

  async sendAndReceive(messages: Iterable<Message>, options?: ReplyOptions): Promise<Message[]> {
    return await Array.fromAsync(this.sendAndStream(messages, options));
  }

  async *sendAndStream(messages: Iterable<Message>, options?: ReplyOptions): AsyncGenerator<Message> {
    const { nodes, trainType, sorted } = this.chosen;
    const meant = [...messages];
    for (const { metadata } of meant) {
      if (metadata.messageType === "train") metadata.messageType = trainType;
    }
    if (!sorted) {
      yield* this.grid.sendAndStream(meant, options);
      return;
    }
    const replies = await this.grid.sendAndReceive(meant, options);
    const place = ({ metadata }: Message) => nodes.indexOf(metadata.srcNodeId);
    yield* replies.sort((a, b) => place(a) - place(b));
  }
}

/** Numbers that every float type holds exactly; no trees. */
function initialModel(trainType: string): ArrayRecord {
  if (["train.tree", "train.turn"].includes(trainType)) {
    return ArrayRecord.from([new NDArray(new Uint8Array())]);
  }
  const weights = Array.from({ length: 5 }, (_, i) => (i % 3) / 4 - 0.25);
  return ArrayRecord.from({
    w: new NDArray(new Float32Array(weights)),
    b: new NDArray(new Float32Array([0.5])),
    v: new NDArray(new Float64Array(weights)),
    c: new NDArray(new Float64Array([0.5])),
  });
}

/** A line for whoever compares. */
const tell = (fact: Record<string, unknown>) => console.log(`NUMBERS ${JSON.stringify(fact)}`);

function tellModel(strategy: string, round: number, arrays: ArrayRecord): void {
  const model = [...arrays.toNamedArrays()].map(([key, { dtype, shape, data }]) => {
    const hex = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).toHex();
    return [key, dtype, shape, hex];
  });
  tell({ strategy, round, model });
}

function tellMetrics(strategy: string, phase: string, rounds: MetricsByRound): void {
  const metrics = [...rounds].map(([round, record]) => [round, Object.fromEntries(record)]);
  if (rounds.size > 0) tell({ strategy, phase, metrics });
}

interface Setting {
  readonly nodes: readonly NodeId[];
  readonly numRounds: number;
  readonly aggregation: "streaming" | "reference";
}

/** Runs one strategy and tells the model after each round, and all metrics. */
async function perform(name: string, grid: Grid, { nodes, numRounds, aggregation }: Setting): Promise<void> {
  const { make, nodes: count = 3, trainType = "train" } = TRIALS[name];
  const sorted = aggregation === "reference" || trainType === "train.tree";
  const chosen = new Chosen(grid, { nodes: nodes.slice(0, count), trainType, sorted });
  const strategy = make({
    aggregation,
    fractionEvaluate: 0,
    minTrainNodes: count,
    minAvailableNodes: count,
    selectNodes: (online) => online,
  });
  const result = await strategy.start(chosen, initialModel(trainType), {
    numRounds,
    timeout: 300,
    trainConfig: new ConfigRecord({ lr: float(0.05), epochs: int(2) }),
    onRound: ({ round, arrays }) => tellModel(name, round, arrays),
  });
  tellMetrics(name, "train", result.trainMetricsClientapp);
  tellMetrics(name, "evaluate", result.evaluateMetricsClientapp);
}

/** All nodes in the order of their partitions. */
async function findNodes(grid: Grid, count: number): Promise<NodeId[]> {
  let nodes = await grid.getNodeIds();
  while (nodes.length < count) {
    await grid.host.clock.sleep(200);
    nodes = await grid.getNodeIds();
  }
  const questions = nodes.map((dstNodeId) =>
    new Message(new RecordDict(), { dstNodeId, messageType: "query" })
  );
  const partitions = new Map<NodeId, number>();
  for await (const { metadata, content } of grid.sendAndStream(questions)) {
    partitions.set(metadata.srcNodeId, content.config("node").getInt("partition-id"));
  }
  return nodes.sort((a, b) => partitions.get(a)! - partitions.get(b)!);
}

export const app = new ServerApp().main(async (grid, { runConfig }) => {
  const nodes = await findNodes(grid, runConfig.int("num-nodes"));
  const aggregation = runConfig.string("aggregation") as Setting["aggregation"];
  const names = runConfig.string("only").split(" ").filter(Boolean);
  for (const name of names.length > 0 ? names : Object.keys(TRIALS)) {
    await perform(name, grid, { nodes, numRounds: runConfig.int("rounds"), aggregation });
  }
});
