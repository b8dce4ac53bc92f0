/** Has the nodes misbehave in the way that the run's config names, and tells what came of it. */
import { ConfigRecord, type Context, type Grid, Message, RecordDict, ServerApp } from "corolla";
import { tryAll } from "./attempts.ts";
import { targetsOf } from "./targets.ts";

export const app = new ServerApp().main(async (grid, context) => {
  const story = context.runConfig.string("story");
  if (story === "server") return await misbehave(context);
  for (const action of story.split(" ")) await have(grid, action);
});

/** Sends one action to a node and prints what it answers, a line each. */
async function have(grid: Grid, action: string): Promise<void> {
  const [dstNodeId] = await grid.getNodeIds();
  const content = new RecordDict({ about: new ConfigRecord({ action }) });
  const [reply] = await grid.sendAndReceive([
    new Message(content, { dstNodeId, messageType: `query.${action}` }),
  ]);
  if (reply.hasError()) return console.log(`${action} | error ${reply.error.code}: ${reply.error.reason}`);
  for (const line of reply.content.config("told").get("lines") as string[]) {
    console.log(`${action} | ${line}`);
  }
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
