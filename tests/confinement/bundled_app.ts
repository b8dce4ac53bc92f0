import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ANSWERS, ASKED, ASKING, installPackages, writeFiles } from "../fakes/npm_packages.ts";
import { pyproject } from "../fakes/pyproject.ts";
import type { Federation } from "./federation.ts";

const SERVER = `import { answer } from "cjs";
import { Message, RecordDict, ServerApp } from "corolla";

export const app = new ServerApp().main(async (grid) => {
  let nodes = await grid.getNodeIds();
  while (nodes.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    nodes = await grid.getNodeIds();
  }
  const questions = nodes.map((dstNodeId) => new Message(new RecordDict(), { dstNodeId, messageType: "query" }));
  for (const { content } of await grid.sendAndReceive(questions)) {
    console.log("Answers: " + content.metrics("answers").get("all"));
  }
  console.log("Led to the end by " + answer(40, 2));
});
`;
/** Tells what the packages answer, and whether it could have got them from elsewhere. */
const CLIENT = `import { ClientApp, MetricRecord, RecordDict } from "corolla";
import { answers } from "./asking.ts";

export const app: ClientApp = new ClientApp().query(async (message) => {
  const all = await answers(2, 3);
  return message.reply(new RecordDict({ answers: new MetricRecord({ all }) }));
});
`;
const APP = {
  "pyproject.toml": pyproject({ name: "packages", publisher: "corolla" }),
  "server.ts": SERVER,
  "client.ts": CLIENT,
  "asking.ts": ASKING,
  ...ASKED,
};

/**
 * Builds an app with packages of every kind, and has it run on nodes which have none of them, and whose apps may read
 * nothing but their own folder.
 * @param options.flags for the daemons
 */
export async function runBundledApp(
  federation: Federation,
  { flags = [] }: { readonly flags?: readonly string[] } = {},
): Promise<void> {
  const folder = federation.path("app");
  await writeFiles(folder, APP);
  const missing = await federation.flwr(["build", "--app", folder]);
  assertEquals(missing.code, 1);
  assertMatch(
    missing.stderr,
    /^Error: .* imports ".*", an npm package that is not in node_modules\n.*npm install/,
  );

  await installPackages(folder);
  const built = await federation.flwr(["build", "--app", folder]);
  assertEquals(built.code, 0, built.stderr);
  assertMatch(
    built.stderr,
    /^Bundled server\.ts with cjs 1\.2\.3 into server\.bundle\.js .*\nBundled client\.ts with /,
  );

  await federation.begin({ superlink: flags });
  await federation.addSuperNode({ flags });
  const run = await federation.flwr(["run", folder, "test", "--format", "json"]);
  assertEquals(run.code, 0, run.stderr);
  const started = JSON.parse(run.stdout);
  assertStringIncludes(built.stdout, started["fab-hash"]);
  await Deno.remove(folder, { recursive: true });
  const { stdout } = await federation.flwr(["log", started["run-id"], "test"]);
  assertStringIncludes(stdout, `Answers: ${Array(ANSWERS).fill(5)}`, federation.said);
  assertStringIncludes(stdout, "Led to the end by 42");
}
