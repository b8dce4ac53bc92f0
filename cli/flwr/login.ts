import { UserError } from "../output.ts";
import { flwrCommand, oldFederationConfig, warnOldFederationConfig } from "./flwr_command.ts";

/** `flwr login`: what a SuperLink without accounts answers. */
export const login = flwrCommand({
  summary: "Log in to a SuperLink that has accounts.",
  words: ["[SUPERLINK]"],
  wordHelp: { "[SUPERLINK]": "A connection of config.toml; its default unless told" },
  flags: oldFederationConfig,
  examples: [{ for: "See whether a SuperLink asks for a login", line: "$ lab" }],
}, async ({ flags, words }, session) => {
  warnOldFederationConfig(flags["federation-config"], session.env);
  const connection = await session.connection(words[0]);
  if (connection.insecure) {
    throw new UserError(
      "`flwr login` requires TLS to be enabled. `insecure` must NOT be set to `true` in the federation configuration.",
    );
  }
  const control = await session.control(connection);
  const { authn_type: kind } = await control.call("GetLoginDetails", {});
  if (kind === "" || kind === "noop") {
    throw new UserError("Login failed: Account authentication is not enabled on this SuperLink.");
  }
  throw new UserError(`Login failed: corolla cannot log in by "${kind}" yet.`, {
    hint: "Log in with the official flwr, or use a SuperLink without accounts",
  });
});
