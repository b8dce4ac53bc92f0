/** What cuts a run short, while our SuperLink has SuperNodes of both makers. */
import { assertEquals } from "@std/assert";
import { Federation } from "./federation.ts";
import { play } from "./harness.ts";

play("SuperNodes of both makers come back to a SuperLink that was killed", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "auth" });
  for (const [partition, maker] of [[0, "ours"], [1, "official"]] as const) {
    await federation.register("ours", partition);
    await federation.addNode({ maker, partition });
  }
  const lost = await federation.begin({ cli: "ours", app: "python", config: "min-nodes=3" });
  await federation.says(new RegExp(`Started task \\d+ of run ${lost}`));
  await federation.restart();
  await federation.succeed({ cli: "ours", app: "python", rounds: 1 });
  const { status, "status-details": details } = await federation.listed("official", lost);
  assertEquals([status, details], ["finished:failed", "the SuperLink was restarted"]);
});

play("SuperNodes of both makers drop a run that was stopped, and take the next", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "tls" });
  await federation.addNode({ maker: "ours", partition: 0 });
  await federation.addNode({ maker: "official", partition: 1 });
  const stopped = await federation.begin({ cli: "official", app: "python", config: "pause-s=8" });
  await federation.says(/Fleet.PullMessages.* gets message .*[^]*Fleet.PullMessages.* gets message /);
  assertEquals((await federation.flwr("official", ["stop", stopped, "test"])).code, 0);
  assertEquals((await federation.listed("ours", stopped)).status, "finished:stopped");
  await federation.succeed({ cli: "ours", app: "python", rounds: 1 });
});
