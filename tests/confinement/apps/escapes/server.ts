/** Has the nodes try, tries as well, and tells what came of it. */
import { ConfigRecord, Message, RecordDict, ServerApp } from "corolla";
import { tryAll } from "./attempts.ts";

export const app = new ServerApp().main(async (grid, { runConfig }) => {
  for (const line of await tryAll(runConfig.string("key-path"))) console.log(`server | ${line}`);
  const about = { messageType: "query" };
  const content = () => new RecordDict({ about: new ConfigRecord({}) });
  const nodes = await grid.getNodeIds();
  const messages = nodes.map((dstNodeId) => new Message(content(), { ...about, dstNodeId }));
  for await (const reply of grid.sendAndStream(messages)) {
    if (reply.hasError()) console.log(`client | error: ${reply.error.reason}`);
    else {for (const line of reply.content.config("told").get("lines") as string[]) {
        console.log(`client | ${line}`);
      }}
  }
});
