import { number, text } from "../config/flags.ts";
import { UserError } from "../output.ts";
import { renderTable } from "../table.ts";
import { flwrCommand, idFrom, oldFederationConfig, warnOldFederationConfig } from "./flwr_command.ts";
import { durationText } from "./quantities.ts";
import {
  appText,
  endText,
  runJson,
  runRows,
  type RunView,
  runViews,
  statusCell,
  statusChangedAt,
} from "./run_view.ts";

/** `flwr list`: all runs, or everything about one. */
export const list = flwrCommand({
  summary: "List runs, newest first, or show all about one of them. `ls` is short for `list`. Times are UTC.",
  words: ["[SUPERLINK]"],
  wordHelp: { "[SUPERLINK]": "A connection of config.toml; its default unless told" },
  flags: {
    "run-id": text({ placeholder: "ID", help: "Show this run" }),
    limit: number({ placeholder: "N", min: 1, help: "Show at most so many runs" }),
    ...oldFederationConfig,
  },
  examples: [
    { for: "Why did a run fail", line: "$ --run-id 8474444145234035147" },
    { for: "For a script", line: "$ --format json" },
  ],
}, async ({ flags, words }, session) => {
  const { "run-id": typed, limit } = flags;
  warnOldFederationConfig(flags["federation-config"], session.env);
  if (typed !== undefined && limit !== undefined) {
    throw new UserError("The options '--run-id' and '--limit' cannot be used together.");
  }
  const runId = typed === undefined ? undefined : idFrom(typed, "--run-id");
  const connection = await session.connection(words[0]);
  const control = await session.control(connection);
  session.say(
    runId === undefined ? "📄 Listing all runs...\n" : `🔍 Displaying information for run ID ${runId}...\n`,
  );
  const reply = await control.call("ListRuns", {
    ...(runId === undefined ? {} : { run_id: runId }),
    ...(limit === undefined ? {} : { limit: BigInt(limit) }),
  });
  const runs = runViews(Object.values(reply.run_dict), reply.now);
  session.answer({
    text: () =>
      runId === undefined
        ? renderTable(runsTable(runs), session.env) + failuresText(runs)
        : renderTable({ rows: runs.flatMap(runRows) }, session.env),
    json: () => ({ success: true, runs: runs.map(runJson) }),
  });
});

/** So many failures are explained, the newest first; the rest is a `--run-id` away. */
const EXPLAINED = 3;

/** Why runs failed, a line each: the table says only that they did. */
function failuresText(runs: readonly RunView[]): string {
  const failed = runs.filter((run) => run.status === "finished:failed");
  const lines = failed.slice(0, EXPLAINED).map((run) => `${endText(run).split("\n")[0]}\n`);
  return lines.join("");
}

function runsTable(runs: readonly RunView[]) {
  return {
    head: ["Run ID", "Federation", "App", "Status", "Elapsed", "Status Changed @"],
    rows: runs.map((run) => [
      run.runId,
      run.federation,
      appText(run),
      statusCell(run.status),
      durationText(run.elapsedS),
      statusChangedAt(run),
    ]),
  };
}
