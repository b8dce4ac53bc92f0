import { consoleLog } from "../../core/io/log.ts";
import { toggle, UsageError } from "../config/flags.ts";
import { mayColour } from "../output.ts";
import { idFrom, oldFederationConfig, streamCommand, warnOldFederationConfig } from "./flwr_command.ts";
import { followLog, goOnText, showLog } from "./follow_log.ts";

/** Status of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** `flwr log`: what a run's ServerApp printed. */
export const log = streamCommand({
  summary: "Show what a run printed, and go on until it is finished. Ctrl-C ends the showing, not the run.",
  words: ["RUN_ID", "[SUPERLINK]"],
  wordHelp: {
    RUN_ID: "As `flwr list` shows it",
    "[SUPERLINK]": "A connection of config.toml; its default unless told",
  },
  flags: {
    stream: toggle({ help: "Go on until the run is finished (so unless told)" }),
    show: toggle({ help: "Show what there is and end" }),
    ...oldFederationConfig,
  },
  examples: [
    { for: "Watch a run", line: "$ 8474444145234035147" },
    { for: "Keep what it printed so far", line: "$ 8474444145234035147 --show > run.log" },
  ],
}, async ({ flags, words }, session) => {
  const { env } = session;
  if (flags.stream && flags.show) throw new UsageError("Cannot use --stream together with --show");
  const runId = idFrom(words[0], "a run's id");
  warnOldFederationConfig(flags["federation-config"], env);
  const control = await session.control(await session.connection(words[1]));
  const { info } = consoleLog({ colour: mayColour(env, "stderr"), write: (line) => env.stderr(line) });
  info(`${flags.show ? "Printing" : "Starting"} logstream for run_id \`${runId}\``);
  const write = (text: string) => env.stdout(text);
  if (flags.show) {
    await showLog(control, { runId, write });
    return 0;
  }
  if (await followLog(control, { runId, env, write }) === "finished") return 0;
  env.stderr(goOnText(runId, { calledAs: env.calledAs.replace(/ log$/, ""), superlink: words[1] }));
  return INTERRUPTED;
});
