import { consoleLog } from "../../core/io/log.ts";
import { command } from "../command.ts";
import { readConnections } from "../config/connections.ts";
import { toggle, UsageError } from "../config/flags.ts";
import { mayColour } from "../output.ts";
import { ControlClient } from "./control_client.ts";
import { idFrom, oldFederationConfig, warnOldFederationConfig } from "./flwr_command.ts";
import { followLog, showLog } from "./follow_log.ts";

/** Status of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** `flwr log`: what a run's ServerApp printed. */
export const log = command({
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
}, async ({ flags, words }, env) => {
  if (flags.stream && flags.show) throw new UsageError("Cannot use --stream together with --show");
  const runId = idFrom(words[0], "a run's id");
  warnOldFederationConfig(flags["federation-config"], env);
  const connections = await readConnections(env, (text) => env.stdout(text));
  const connection = connections.get(words[1]);
  env.stdout(`Using SuperLink: ${connection.name} (${connection.address})\n`);
  const control = await ControlClient.open(env, connection);
  try {
    const { info } = consoleLog({ colour: mayColour(env, "stderr"), write: (line) => env.stderr(line) });
    info(`${flags.show ? "Printing" : "Starting"} logstream for run_id \`${runId}\``);
    const write = (text: string) => env.stdout(text);
    if (flags.show) {
      await showLog(control, { runId, write });
      return 0;
    }
    return await followLog(control, { runId, env, write }) === "finished" ? 0 : INTERRUPTED;
  } finally {
    control.close();
  }
});
