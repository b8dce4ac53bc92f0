import { UserError } from "../output.ts";
import { flwrCommand, idFrom, oldFederationConfig, warnOldFederationConfig } from "./flwr_command.ts";

/** `flwr stop`: ends a run that is not finished. */
export const stop = flwrCommand({
  summary: "Stop a run. Its apps are ended at once; nothing of it can be continued.",
  words: ["RUN_ID", "[SUPERLINK]"],
  wordHelp: {
    RUN_ID: "As `flwr list` shows it",
    "[SUPERLINK]": "A connection of config.toml; its default unless told",
  },
  flags: oldFederationConfig,
  examples: [{ for: "Stop a run on the SuperLink of a laboratory", line: "$ 8474444145234035147 lab" }],
}, async ({ flags, words }, session) => {
  const runId = idFrom(words[0], "a run's id");
  warnOldFederationConfig(flags["federation-config"], session.env);
  const control = await session.control(await session.connection(words[1]));
  session.say(session.coloured(`✋ Stopping run ID ${runId}...`, "green") + "\n");
  const { success } = await control.call("StopRun", { run_id: runId });
  if (!success) throw new UserError(`Run ${runId} couldn't be stopped.`);
  session.answer({
    text: () => session.coloured(`✅ Run ${runId} successfully stopped.`, "green") + "\n",
    json: () => ({ success: true, "run-id": String(runId) }),
  });
});
