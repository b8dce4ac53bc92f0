/** SuperExecs that were started apart, attached to daemons of the other maker. */
import { Federation } from "./federation.ts";
import { play } from "./harness.ts";

play("our SuperLink and SuperNodes with --isolation=process; official SuperExecs", async (stage) => {
  const federation = await Federation.start(stage, {
    superlink: "ours",
    security: "tls",
    isolation: "process",
  });
  await federation.addSuperExec("official");
  for (const partition of [0, 1]) {
    await federation.addSuperExec("official", await federation.addNode({ maker: "ours", partition }));
  }
  await federation.succeed({ cli: "ours", app: "python", rounds: 1 });
});

play("an official SuperLink and SuperNodes with --isolation=process; our SuperExecs", async (stage) => {
  const federation = await Federation.start(stage, {
    superlink: "official",
    security: "tls",
    isolation: "process",
  });
  await federation.addSuperExec("ours");
  for (const partition of [0, 1]) {
    await federation.addSuperExec("ours", await federation.addNode({ maker: "official", partition }));
  }
  await federation.succeed({ cli: "official", app: "python", rounds: 1 });
});
