import { flwrCommand, idFrom } from "./flwr_command.ts";

/** `flwr supernode unregister`: a SuperNode loses its place for ever. */
export const supernodeUnregister = flwrCommand({
  summary: "Remove a SuperNode for ever. Its key cannot be registered again.",
  words: ["NODE_ID", "[SUPERLINK]"],
  wordHelp: {
    NODE_ID: "As `flwr supernode list` shows it",
    "[SUPERLINK]": "A connection of config.toml; its default unless told",
  },
  flags: {},
  examples: [{ for: "A machine is given away", line: "$ 3812269628817282029" }],
}, async ({ words }, session) => {
  const nodeId = idFrom(words[0], "a SuperNode's id");
  const control = await session.control(await session.connection(words[1]));
  await control.call("UnregisterNode", { node_id: nodeId });
  session.answer({
    text: () => session.coloured(`✅ SuperNode ${nodeId} unregistered successfully.`, "green") + "\n",
    json: () => ({ success: true, "node-id": nodeId }),
  });
});
