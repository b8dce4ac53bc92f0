import { UserError } from "../output.ts";
import { flwrCommand, idFrom, oldFederationConfig, warnOldFederationConfig } from "./flwr_command.ts";

/** `flwr pull`: where a run's artifacts can be fetched, on a SuperLink that offers them. */
export const pull = flwrCommand({
  summary: "Get the address from which a run's artifacts can be fetched, on a SuperLink that keeps them.",
  words: ["RUN_ID", "[SUPERLINK]"],
  wordHelp: {
    RUN_ID: "As `flwr list` shows it",
    "[SUPERLINK]": "A connection of config.toml; its default unless told",
  },
  flags: oldFederationConfig,
  examples: [{ for: "Where to find what a run left", line: "$ 8474444145234035147" }],
}, async ({ flags, words }, session) => {
  const runId = idFrom(words[0], "a run's id");
  warnOldFederationConfig(flags["federation-config"], session.env);
  const control = await session.control(await session.connection(words[1]));
  const { url } = await control.call("PullArtifacts", { run_id: runId });
  if (!url) {
    throw new UserError(`A download URL for artifacts from run ${runId} couldn't be obtained.`);
  }
  session.answer({
    text: () =>
      session.coloured(`✅ Artifacts for run ${runId} can be downloaded from: ${url}`, "green") + "\n",
    json: () => ({ success: true, url }),
  });
});
