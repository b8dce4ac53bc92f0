/** An app that looks after its replies itself notices no difference between the SuperLinks of more than 3 s. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "./federation.ts";
import { type Maker, play, type Stage } from "./harness.ts";

const APP = fileURLToPath(new URL("./apps/polling_app", import.meta.url));
const AT_MOST_LATER_S = 3;
/** What a busy machine may add to one measurement and not to the other. */
const NOISE_S = 1;

interface Look {
  readonly name: string;
  readonly seconds: number;
  readonly replies: number;
}

play(
  "an app that polls by itself, or waits with a timeout, is at most 3 s later on our SuperLink",
  async (stage) => {
    const [official, ours] = await Promise.all([looks(stage, "official"), looks(stage, "ours")]);
    assertEquals(
      ours.map(({ name, replies }) => [name, replies]),
      official.map(({ name, replies }) => [name, replies]),
    );
    for (const [index, { name, seconds }] of official.entries()) {
      console.log(`${name}: official ${seconds} s, ours ${ours[index].seconds} s`);
      assert(
        ours[index].seconds <= seconds + AT_MOST_LATER_S + NOISE_S,
        `${name}: ${ours[index].seconds} s, not ${seconds}`,
      );
    }
  },
);

/** How long each way of waiting took with the SuperLink of a maker; the SuperNode and the app are official. */
async function looks(stage: Stage, superlink: Maker): Promise<Look[]> {
  const federation = await Federation.start(stage, { superlink, security: "plain" });
  await federation.addNode({ maker: "official", partition: superlink === "ours" ? 0 : 1 });
  const { code, stdout, stderr } = await federation.flwr("ours", ["run", APP, "test", "--stream"]);
  assertEquals(code, 0, stdout + stderr);
  const lines = `${stdout}${stderr}`.matchAll(/TOOK (.+): ([\d.]+) s, (\d+) replies/g);
  const found = [...lines].map(([, name, seconds, replies]) => ({
    name,
    seconds: Number(seconds),
    replies: Number(replies),
  }));
  assertEquals(found.length, 4, stdout + stderr);
  return found;
}
