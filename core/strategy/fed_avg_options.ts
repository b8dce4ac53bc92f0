import { meanOfMetrics, type MetricsAggregator } from "./metric_mean.ts";
import type { NodeSelector } from "./sampling.ts";

/**
 * The settings of {@link FedAvg} that Flower has too, with its names and defaults.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, type FlowerFedAvgOptions } from "corolla";
 *
 * const options: FlowerFedAvgOptions = {
 *   fractionTrain: 0.1,
 *   minTrainNodes: 10,
 *   minAvailableNodes: 100,
 *   weightedByKey: "num-patients",
 * };
 * assertEquals(new FedAvg(options).weightedByKey, "num-patients");
 * ```
 */
export interface FlowerFedAvgOptions {
  /** The part of the nodes online that trains in a round, 1 unless told. Exactly 0 skips training. */
  readonly fractionTrain?: number;
  /** The part of the nodes online that evaluates in a round, 1 unless told. Exactly 0 skips evaluation. */
  readonly fractionEvaluate?: number;
  /** 2 unless told. */
  readonly minTrainNodes?: number;
  /** 2 unless told. */
  readonly minEvaluateNodes?: number;
  /** How many nodes must be online before a phase starts, 2 unless told. */
  readonly minAvailableNodes?: number;
  /** The metric by which replies are weighed, `num-examples` unless told. */
  readonly weightedByKey?: string;
  /** The name under which the model is sent, `arrays` unless told. */
  readonly arrayrecordKey?: string;
  /** The name under which settings are sent, `config` unless told. */
  readonly configrecordKey?: string;
  /**
   * How training metrics are aggregated; the weighted mean unless told. Where replies are folded as they arrive it is
   * given them without their arrays.
   */
  readonly trainMetricsAggrFn?: MetricsAggregator;
  /** How evaluation metrics are aggregated; the weighted mean unless told. */
  readonly evaluateMetricsAggrFn?: MetricsAggregator;
}

/**
 * The settings of {@link FedAvg}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, type FedAvgOptions } from "corolla";
 *
 * // As Flower does it, bit by bit, but with an end to the waiting for nodes.
 * const options: FedAvgOptions = { aggregation: "reference", waitForNodes: 300 };
 * assertEquals(new FedAvg(options).weightedByKey, "num-examples");
 * ```
 */
export interface FedAvgOptions extends FlowerFedAvgOptions {
  /**
   * `streaming`, the default: replies are folded as they arrive into sums in double precision, so that memory does
   * not grow with the number of nodes, and what would make a model that nobody meant is refused. `reference`: all
   * replies are held, and the result is that of Flower and NumPy bit by bit, also where shapes, element types or NaN
   * in them make no sense. The settings below then are as in Flower unless told. Where all replies are given at once,
   * to `aggregateTrain`, they are put together in NumPy's arithmetic in any case.
   */
  readonly aggregation?: "streaming" | "reference";
  /** Refuse arrays of different shapes instead of stretching them as NumPy does. */
  readonly strictShapes?: boolean;
  /** Refuse arrays of different element types instead of converting them to the first reply's. */
  readonly strictDtypes?: boolean;
  /** Whether a model that holds NaN ends the run (`refuse`) or is gone on with (`keep`). */
  readonly nan?: "refuse" | "keep";
  /** How the arrays of a reply are paired with those of the model where a strategy compares the two. */
  readonly matching?: "key" | "position";
  /** What happens when all weights are 0: an error, as in Flower, or a round without a result. */
  readonly zeroWeights?: "refuse" | "skip";
  /** `keep`: the new model has the element types of the one that was sent. `promote`, as in Flower, unless told. */
  readonly dtypePolicy?: "promote" | "keep";
  /** Write the round into the messages' group id, which Flower leaves empty. */
  readonly groupByRound?: boolean;
  /** Seconds after which a phase stops waiting for enough nodes, and the run ends. Flower waits without end. */
  readonly waitForNodes?: number;
  /** Chooses the nodes of a phase in the place of chance. How many must be online stays as it is. */
  readonly selectNodes?: NodeSelector;
}

/**
 * The settings with all defaults in place.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FedAvg, type FedAvgSettings } from "corolla";
 *
 * class Open extends FedAvg {
 *   get all(): FedAvgSettings {
 *     return this.settings;
 *   }
 * }
 * const { fractionTrain, nan, matching } = new Open().all;
 * assertEquals([fractionTrain, nan, matching], [1, "refuse", "key"]);
 * ```
 */
export type FedAvgSettings =
  & Required<Omit<FedAvgOptions, "waitForNodes" | "selectNodes">>
  & Pick<FedAvgOptions, "waitForNodes" | "selectNodes">;

/** Puts the defaults in place. */
export function fedAvgSettings(options: FedAvgOptions): FedAvgSettings {
  const { fractionTrain = 1, fractionEvaluate = 1, aggregation = "streaming" } = options;
  const strict = aggregation === "streaming";
  return {
    fractionTrain,
    fractionEvaluate,
    // A phase that takes no part of the nodes takes none at all.
    minTrainNodes: fractionTrain === 0 ? 0 : options.minTrainNodes ?? 2,
    minEvaluateNodes: fractionEvaluate === 0 ? 0 : options.minEvaluateNodes ?? 2,
    minAvailableNodes: options.minAvailableNodes ?? 2,
    weightedByKey: options.weightedByKey ?? "num-examples",
    arrayrecordKey: options.arrayrecordKey ?? "arrays",
    configrecordKey: options.configrecordKey ?? "config",
    trainMetricsAggrFn: options.trainMetricsAggrFn ?? meanOfMetrics,
    evaluateMetricsAggrFn: options.evaluateMetricsAggrFn ?? meanOfMetrics,
    aggregation,
    strictShapes: options.strictShapes ?? strict,
    strictDtypes: options.strictDtypes ?? strict,
    nan: options.nan ?? (strict ? "refuse" : "keep"),
    matching: options.matching ?? (strict ? "key" : "position"),
    zeroWeights: options.zeroWeights ?? "refuse",
    dtypePolicy: options.dtypePolicy ?? "promote",
    groupByRound: options.groupByRound ?? false,
    waitForNodes: options.waitForNodes,
    selectNodes: options.selectNodes,
  };
}
