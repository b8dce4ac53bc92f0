/** A ServerApp that does whatever its configuration names. */
import { type Grid, Message, RecordDict, ServerApp } from "corolla";
import { misdeeds } from "./misdeeds.ts";

export const app = new ServerApp().main(async (grid, { runConfig }) => {
  const deed = runConfig.string("server");
  console.log(`the ServerApp ${deed}`);
  if (deed === "asks") return await ask(grid);
  await misdeeds[deed]();
});

/** Sends every node a message and fails with the first error that comes back. */
async function ask(grid: Grid): Promise<void> {
  const nodes = await grid.getNodeIds();
  const messages = nodes.map((dstNodeId) =>
    new Message(new RecordDict(), { dstNodeId, messageType: "train" })
  );
  for (const reply of await grid.sendAndReceive(messages)) {
    if (reply.hasError()) throw new Error(`code ${reply.error.code}: ${reply.error.reason}`);
  }
  console.log(`all ${nodes.length} nodes answered`);
}
