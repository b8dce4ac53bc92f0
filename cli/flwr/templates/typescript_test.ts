import { assert, assertEquals } from "@std/assert";
import { type Message, NDArray, RecordDict } from "corolla";
import { unzipSync } from "fflate";
import { Context } from "../../../core/app/context.ts";
import type { ReplyOptions } from "../../../core/app/grid.ts";
import { identify } from "../../../core/model/app_message.ts";
import { setTimeSource } from "../../../core/model/now.ts";
import { decodeNpy } from "../../../core/model/record/npy.ts";
import type { ConfigScalar } from "../../../core/model/user_config.ts";
import { FakeGrid } from "../../../tests/fakes/grid.ts";
import { app as clientApp } from "./typescript/client.ts";
import { app as serverApp } from "./typescript/server.ts";
import { loadExamples } from "./typescript/task.ts";

setTimeSource(() => 1_800_000_000);

const contextFor = (nodeId: bigint, nodeConfig: [string, ConfigScalar][] = [], runFolder = "") => {
  const runConfig = new Map<string, ConfigScalar>([
    ["num-server-rounds", 3n],
    ["local-epochs", 1n],
    ["lr", 0.05],
  ]);
  const data = { runId: 7n, nodeId, seriesId: 7n, nodeConfig: new Map(nodeConfig), runConfig };
  return new Context({ ...data, state: new RecordDict() }, { runFolder });
};

/** A grid whose nodes run the template's ClientApp. */
class TemplateGrid extends FakeGrid {
  override async *sendAndStream(messages: Iterable<Message>, _options?: ReplyOptions) {
    for (const message of messages) {
      const { dstNodeId } = message.metadata;
      identify(message, { runId: 7n, srcNodeId: 1n, messageId: `to ${dstNodeId}` });
      yield await clientApp.handle(message, contextFor(dstNodeId));
    }
  }
}

async function printedBy(body: () => Promise<void>): Promise<string[]> {
  const { log } = console;
  const lines: string[] = [];
  console.log = (text: string) => void lines.push(text);
  try {
    await body();
  } finally {
    console.log = log;
  }
  return lines;
}

Deno.test("the TypeScript template learns, says so, and leaves a model that can be read", async () => {
  const runFolder = await Deno.makeTempDir();
  const lines = await printedBy(async () => {
    await serverApp.run(new TemplateGrid([2n, 3n]), contextFor(1n, [], runFolder));
  });
  const accuracies = lines.slice(0, 3).map((line) =>
    Number(/^Round \d: accuracy (0\.\d{3})$/.exec(line)![1])
  );
  assert(accuracies.every((accuracy) => accuracy > 0.9), String(accuracies));
  assertEquals(lines.slice(3), [`The final model is ${runFolder}/model.npz`]);
  const files = unzipSync(await Deno.readFile(`${runFolder}/model.npz`));
  const model = Object.entries(files).map(([name, npy]) => [name, decodeNpy(npy).shape]);
  assertEquals(model, [["weights.npy", [8]], ["bias.npy", [1]]]);
  await Deno.remove(runFolder, { recursive: true });
});

Deno.test("the template's nodes have examples of their own, the same ones every time", () => {
  const of = (...given: Parameters<typeof contextFor>) => {
    const { training, testing } = loadExamples(contextFor(...given));
    assertEquals([training.length, testing.length], [400, 100]);
    return new NDArray(training[0].features).toNumbers();
  };
  assertEquals(of(5n), of(5n));
  assert(of(5n)[0] !== of(6n)[0]);
  assertEquals(of(5n, [["partition-id", 0n]]), of(6n, [["partition-id", 0n]]));
});
