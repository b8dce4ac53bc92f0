/** Has the nodes misbehave in the way that the run's config names, and tells what came of it. */
import { ConfigRecord, type Context, type Grid, Message, RecordDict, ServerApp } from "corolla";
import { tryAll } from "./attempts.ts";
import { targetsOf } from "./targets.ts";

export const app = new ServerApp().main(async (grid, context) => {
  const story = context.runConfig.string("story");
  if (story === "server") return await misbehave(context);
  for (const action of story.split(" ")) await have(grid, action);
});

/** Sends one action to the nodes and prints what they answer, a line each. */
async function have(grid: Grid, action: string): Promise<void> {
  const about = { messageType: `query.${action}` };
  const content = () => new RecordDict({ about: new ConfigRecord({ action }) });
  const nodes = await grid.getNodeIds();
  const messages = nodes.map((dstNodeId) => new Message(content(), { ...about, dstNodeId }));
  for await (const reply of grid.sendAndStream(messages)) {
    if (reply.hasError()) console.log(`${action} | error ${reply.error.code}: ${reply.error.reason}`);
    else for (const line of linesOf(reply)) console.log(`${action} | ${line}`);
  }
}

function linesOf(reply: Message): string[] {
  return reply.content.config("told").get("lines") as string[];
}

async function misbehave(context: Context): Promise<void> {
  for (const line of await tryAll(targetsOf(context))) console.log(`server | ${line}`);
  const { runConfig, runFolder } = context;
  await Deno.writeTextFile(`${runFolder}/made`, "in the run's folder");
  console.log(`may | run folder: ${await Deno.readTextFile(`${runFolder}/made`)}`);
  await Deno.writeTextFile(`${runConfig.string("granted-path")}/made`, "in the granted folder");
  console.log(`may | granted: ${await Deno.readTextFile(`${runConfig.string("granted-path")}/made`)}`);
  const answer = await fetch(`http://127.0.0.1:${runConfig.int("granted-port")}/`);
  console.log(`may | network: ${await answer.text()}`);
}
