/** SuperExecs that were started apart and share a secret with the daemons, which others made. */
import { Federation, type SuperExecSetting } from "./federation.ts";
import { type Maker, play, type Stage } from "./harness.ts";

play("our SuperLink and SuperNodes with --isolation=process; official SuperExecs", async (stage) => {
  const federation = await apart(stage, { daemons: "ours", superexecs: "official" });
  await federation.succeed({ cli: "ours", app: "python", rounds: 1 });
});

play("an official SuperLink and SuperNodes with --isolation=process; our SuperExecs", async (stage) => {
  const federation = await apart(stage, { daemons: "official", superexecs: "ours" });
  await federation.succeed({ cli: "official", app: "python", rounds: 1 });
});

play("an official SuperLink and SuperNodes carry a TypeScript app; our SuperExecs", async (stage) => {
  const federation = await apart(stage, { daemons: "official", superexecs: "ours", runtime: "typescript" });
  await federation.succeed({ cli: "ours", app: "typescript", rounds: 1 });
});

async function apart(
  stage: Stage,
  { daemons, superexecs, runtime }: {
    daemons: Maker;
    superexecs: Maker;
    runtime?: SuperExecSetting["runtime"];
  },
): Promise<Federation> {
  const federation = await Federation.start(stage, {
    superlink: daemons,
    security: "tls",
    isolation: "process",
  });
  await federation.addSuperExec(superexecs, { runtime });
  for (const partition of [0, 1]) {
    const clientAppIo = await federation.addNode({ maker: daemons, partition });
    await federation.addSuperExec(superexecs, { clientAppIo, runtime });
  }
  return federation;
}
