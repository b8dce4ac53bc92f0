/** An official SuperNode that is killed in a round, and started again at once with its key. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Federation } from "./federation.ts";
import { play, type Stage } from "./harness.ts";

/** Sooner than its lease of 60 s would let it return. */
const AT_ONCE_MS = 30_000;

play(
  "an official SuperNode that is killed returns at once, and what it had begun is answered for",
  async (stage) => {
    const federation = await Federation.start(stage, { superlink: "ours", security: "auth" });
    await federation.register("ours", 0);
    const [, fleet] = await federation.says(/Starting Fleet API.* on (\S+)/);
    const mortal = start(stage, "mortal", fleet);
    const [, nodeId] = await mortal.says(/SuperNode ID: (\d+)/);
    const runId = await federation.begin({
      cli: "ours",
      app: "python",
      rounds: 1,
      config: "pause-s=20 min-nodes=1",
    });
    await mortal.says(/Receiving: train message[^]*Received successfully/);
    await mortal.kill();
    const since = Date.now();
    const reborn = start(stage, "reborn", fleet);
    const [, again] = await reborn.says(/SuperNode ID: (\d+)/);
    assertEquals(again, nodeId);
    await federation.says(/Answered message \w+ of run \d+ for node \d+: ClientApp stopped responding/);
    assert(Date.now() - since < AT_ONCE_MS, `it took ${Date.now() - since} ms`);
    await federation.says(new RegExp(`Finished task \\d+ of run ${runId}`));
    const { stdout } = await federation.flwr("ours", ["log", runId, "test"]);
    assertStringIncludes(stdout, "ClientApp stopped responding: its SuperNode was started anew");
  },
);

function start(stage: Stage, name: string, fleet: string) {
  return stage.start({
    ...{ name, maker: "official", program: "supernode" },
    args: [
      ...["--superlink", fleet, "--root-certificates", stage.path("certificates/ca.crt")],
      ...["--auth-supernode-private-key", stage.path("keys/client_credentials_1")],
      ...["--clientappio-api-address", "127.0.0.1:0"],
    ],
  });
}
