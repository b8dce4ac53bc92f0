/**
 * The matrix: our parts and official ones in every mix, and Python apps in all hands. Prints what became of each
 * trial as a table and writes it as JSON.
 *
 * - `COROLLA_INTEROP`: `fast` runs a subset that holds every row, `all` also what takes many minutes.
 * - `COROLLA_PEERS`: a folder of venvs, each named by the release of the official package in it.
 * - `COROLLA_INTEROP_JSON`: where the results go, `.corolla/interop.json` unless told.
 */
import { appTrials } from "./apps.ts";
import { onStage } from "../harness.ts";
import { mixTrials } from "./mixes.ts";
import { report, writeResults } from "./report.ts";
import { chosenSubset, leftOut, type Outcome, type Trial } from "./trial.ts";

const subset = chosenSubset();
const trials = [...mixTrials(subset), ...appTrials()];
const outcomes = new Map<Trial, Outcome>(trials.map((trial) => [trial, notRun(trial)]));

for (const trial of trials) {
  const name = `matrix: ${trial.row}, ${trial.column}`;
  Deno.test({ name, ignore: leftOut(trial, subset) !== undefined, fn: () => attempt(trial) });
}

Deno.test.afterAll(() => {
  const all = [...outcomes.values()];
  if (all.every(({ result }) => result === "not run")) return;
  console.log(report(all));
  console.log(`Written to ${writeResults(all)}`);
});

async function attempt(trial: Trial): Promise<void> {
  const { row, column, releases, missing } = trial;
  const began = performance.now();
  const note = missing?.length ? `without ${missing.join(", ")}` : undefined;
  const settle = (result: Outcome["result"]) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    const date = new Date().toISOString().slice(0, 10);
    outcomes.set(trial, { row, column, result, seconds, date, note, releases });
  };
  try {
    await onStage((stage) => trial.run(stage));
  } catch (error) {
    settle("failed");
    throw error;
  }
  settle("passed");
}

function notRun(trial: Trial): Outcome {
  const { row, column } = trial;
  return { row, column, result: "not run", note: leftOut(trial, subset) };
}
