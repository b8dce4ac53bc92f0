/**
 * Models come to the same numbers whoever's apps train and lead: Python ClientApps under each of our strategies,
 * TypeScript ClientApps under the official ones, and both in TypeScript. What is right is what the official package
 * makes of its own ClientApps.
 */
import { assertEquals } from "@std/assert";
import { Federation } from "./federation.ts";
import { play, type Stage } from "./harness.ts";
import { chosenSubset } from "./matrix/trial.ts";
import { type Languages, numbersApp, officialNumbers } from "./numbers/app.ts";
import { assertSameNumbers, type Facts, factsIn, type Nearness, strategiesIn } from "./numbers/facts.ts";

/** The most that one strategy has. */
const NODES = 7;
const STRATEGIES = 18;
const DP = "DifferentialPrivacyServerSideFixedClipping";
const FAST = ["FedAvg", "FedAdam", DP];

const isFast = chosenSubset() === "fast";
const only = isFast ? FAST : [];
const nodes = isFast ? 3 : NODES;

/** Where our arithmetic is NumPy's, operation by operation. A power, a norm or BLAS may differ in the last bit. */
const SAME_ARITHMETIC = new Set([
  ...["FedAvg", "FedProx", "FedAvgM", "FedAdagrad", "FedYogi", "FedMedian", "Krum", "MultiKrum"],
  ...["DifferentialPrivacyClientSideFixedClipping", "DifferentialPrivacyClientSideAdaptiveClipping"],
]);

interface Course extends Languages {
  readonly aggregation?: "streaming" | "reference";
  /** How near each strategy's model must come to the official one; to the tolerance unless told. */
  readonly nearness?: (strategy: string) => Nearness;
}

const COURSES: readonly Course[] = [
  { server: "Python", client: "TypeScript" },
  { server: "TypeScript", client: "Python" },
  {
    server: "TypeScript",
    client: "TypeScript",
    aggregation: "reference",
    nearness: (strategy) => SAME_ARITHMETIC.has(strategy) ? "bit by bit" : "to the tolerance",
  },
];

let expected: Promise<Facts> | undefined;

for (const course of COURSES) {
  const { server, client, aggregation = "streaming", nearness = () => "to the tolerance" } = course;
  const which = isFast ? FAST.join(", ") : "all strategies";
  play(
    `the numbers of official apps, led in ${server}, ${client} ClientApps, ${aggregation}: ${which}`,
    async (stage) => {
      expected ??= officialNumbers(only);
      assertEquals(strategiesIn(await expected).length, isFast ? FAST.length : STRATEGIES);
      const actual = await lead(await federate(stage), { ...course, aggregation });
      assertSameNumbers(actual, await expected, nearness);
    },
  );
}

async function federate(stage: Stage): Promise<Federation> {
  const federation = await Federation.start(stage, {
    superlink: "ours",
    security: "plain",
    partitions: nodes,
  });
  const partitions = [...Array(nodes).keys()];
  await Promise.all(partitions.map((partition) => federation.addNode({ maker: "ours", partition })));
  return federation;
}

/** Runs the app with all strategies in one run. */
async function lead(federation: Federation, { aggregation, ...languages }: Course): Promise<Facts> {
  const folder = numbersApp(federation.stage, languages);
  const config = `num-nodes=${nodes} only="${only.join(" ")}" aggregation="${aggregation}"`;
  const began = performance.now();
  const { code, stdout, stderr } = await federation.flwr(
    "ours",
    ["run", folder, "test", "--stream", "--run-config", config],
    { timeoutMs: 900_000 },
  );
  assertEquals(code, 0, stdout + stderr);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${languages.server} leads, ${languages.client} trains, ${aggregation}: ${seconds} s`);
  return factsIn(stdout + stderr);
}
