import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "../confinement/federation.ts";
import { binary, isWindows } from "./binary.ts";

const APP = fileURLToPath(new URL("../bench/apps/typescript_app", import.meta.url));

Deno.test({
  name: "compiled: a role reads nothing outside its own folders, even where a link leads there",
  ignore: isWindows,
}, async () => {
  await using federation = await Federation.prepare({ program: binary });
  const superlink = await federation.begin();
  for (const id of [0, 1]) {
    const config = ["--node-config", `partition-id=${id} num-partitions=2`];
    await federation.addSuperNode({ flags: config });
  }
  // What the SuperLink keeps is all of a sudden somewhere else, where it was not told to read.
  const contents = federation.path("homes/superlink/superlink/state.db-objects");
  await Deno.rename(contents, federation.path("elsewhere"));
  await Deno.symlink(federation.path("elsewhere"), contents);
  // Small objects would be read from memory.
  const model = ["--run-config", "elements=10000"];
  const run = await federation.spawn(["flwr", "run", APP, "test", "--stream", ...model], { home: "user" });
  await superlink.says(/Requires read access to ".*elsewhere/);
  const [, runId] = await run.says(/Successfully started run (\d+)/);
  // Unless it has ended by itself.
  await federation.flwr(["stop", runId, "test"]);
  assertEquals((await run.ended).code, 1);
});
