import { assertEquals } from "@std/assert";
import * as corolla from "corolla";
import { appFiles } from "./app_files.ts";
import { freshTypes, TYPES_PATH } from "./generate_types.ts";

Deno.test("the declarations that new apps get are those of mod.ts", async () => {
  assertEquals(await Deno.readTextFile(TYPES_PATH), freshTypes(), "Next: deno task types");
});

/** Uses all there is, so that nothing that programs can import is undeclared. */
const EVERYTHING = `import * as corolla from "corolla";
export const all = [${Object.keys(corolla).map((name) => `corolla.${name}`).join(", ")}];
`;

/** Each of these mistakes must be found: the checker objects to an \`expect-error\` without an error. */
const WRONG =
  `import { ArrayRecord, ClientApp, ConfigRecord, FedAvg, Message, MetricRecord, RecordDict } from "corolla";
// @ts-expect-error: a metric is no text
new MetricRecord({ accuracy: "high" });
// @ts-expect-error: records go into a RecordDict, not numbers
new RecordDict({ metrics: 1 });
// @ts-expect-error: a node's id is a bigint
new Message(new RecordDict(), { dstNodeId: 1, messageType: "train" });
// @ts-expect-error: a handler must answer
new ClientApp().train(() => {});
// @ts-expect-error: there is no such setting
new FedAvg({ fractionFit: 1 });
// @ts-expect-error: arrays are serialised by ArrayRecord.from
new ArrayRecord({ w: new Float32Array(1) });
// @ts-expect-error: what comes back may be undefined
new ConfigRecord().get("lr").valueOf();
// @ts-expect-error: only types tell of it
import { Forced } from "corolla"; new Forced();
// @ts-expect-error: names of corolla's own are not for apps
export type { ContextData } from "corolla";
`;

Deno.test("a new app is checked without a network, and mistakes are found", async () => {
  const folder = await Deno.makeTempDir();
  const files = await appFiles("typescript", { name: "a", publisher: "p" });
  for (const [path, text] of [...files, ["everything.ts", EVERYTHING], ["wrong.ts", WRONG]]) {
    await Deno.mkdir(`${folder}/app/types`, { recursive: true });
    await Deno.writeTextFile(`${folder}/app/${path}`, text);
  }
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-remote", "--no-npm", "server.ts", "client.ts", "everything.ts", "wrong.ts"],
    cwd: `${folder}/app`,
    env: { DENO_DIR: `${folder}/deno`, NO_COLOR: "1" },
  }).output();
  assertEquals([code, code === 0 ? "" : new TextDecoder().decode(stderr)], [0, ""]);
  await Deno.remove(folder, { recursive: true });
});
