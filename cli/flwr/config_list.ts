import { readConnections } from "../config/connections.ts";
import { flwrCommand } from "./flwr_command.ts";

/** `flwr config list`: the connections of `config.toml`. */
export const configList = flwrCommand({
  summary: "List the SuperLink connections in $FLWR_HOME/config.toml.",
  flags: {},
  examples: [{ for: "Which SuperLinks can be named", line: "$" }],
}, async (_line, session) => {
  const { path, names, defaultName } = await readConnections(session.env, (text) => session.say(text));
  const lines = names.map((name) => `  ${name}${name === defaultName ? " (default)" : ""}\n`);
  session.answer({
    text: () => `Flower Config file: ${path}\nSuperLink connections:\n${lines.join("")}`,
    json: () => ({ superlink: names, default: defaultName ?? null }),
  });
});
