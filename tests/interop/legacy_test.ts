/**
 * Flower 1.14.0, the last release that authenticates with a MAC: its SuperNodes in a federation of today, and SuperNodes
 * of ours in a federation of its. It comes from the venv "1.14.0" in the folder that COROLLA_PEERS names: `pip install flwr==1.14.0 'click<8.2'`.
 */
import { assertEquals } from "@std/assert";
import { Federation } from "./federation.ts";
import { guideFlags } from "./guide_flags.ts";
import { onStage, type Role, type Stage } from "./harness.ts";
import { OLD_RELEASE, OldFederation, startNode } from "./old_federation.ts";
import { hasRelease } from "./releases.ts";

const ignore = !hasRelease(OLD_RELEASE);
if (ignore) {
  console.warn(
    `SKIPPED: the tests with Flower ${OLD_RELEASE}: COROLLA_PEERS names no folder with a venv "${OLD_RELEASE}"`,
  );
}

async function guided(stage: Stage): Promise<Federation> {
  const superlinkArgs = guideFlags(stage);
  return await Federation.start(stage, { superlink: "ours", security: "auth", partitions: 3, superlinkArgs });
}

/** Starts a SuperNode of 1.14.0 with the flags of the guide. */
async function legacyNode(
  stage: Stage,
  { federation, partition }: { federation: Federation; partition: number },
): Promise<Role> {
  const [, fleet] = await federation.says(/Starting Fleet API.* on (\S+)/);
  return startNode(stage, { maker: "official", security: "auth", fleet, partition });
}

function play(name: string, script: (stage: Stage) => Promise<void>): void {
  Deno.test({ name: `interop: ${name}`, ignore, fn: () => onStage(script) });
}

play("a run mixes SuperNodes of 1.14.0 (HMAC), of 1.32.1 (signature) and of ours (MAC)", async (stage) => {
  const federation = await guided(stage);
  await federation.addNode({ maker: "official", partition: 0 });
  await federation.addNode({ maker: "ours", partition: 1 });
  await legacyNode(stage, { federation, partition: 2 });
  await federation.says(/node_id=\d+ is there, a SuperNode of Flower 1.14.0 or earlier/);
  await federation.succeed({ cli: "official", app: "legacy", config: "min-nodes=3" });
});

play("a SuperNode of 1.14.0 whose key is not listed is refused", async (stage) => {
  const federation = await guided(stage);
  const list = stage.path("keys/client_public_keys.csv");
  const keys = (await Deno.readTextFile(list)).split(",");
  await Deno.writeTextFile(list, keys.slice(0, 2).join("\n"));
  await federation.says(/The list of SuperNode keys has changed: 2 known public keys/);
  const node = await legacyNode(stage, { federation, partition: 2 });
  await node.says(/Access denied/);
});

for (const security of ["plain", "auth"] as const) {
  play(`SuperNodes of ours and one of 1.14.0 work for a SuperLink of 1.14.0: ${security}`, async (stage) => {
    const federation = await OldFederation.start(stage, security);
    const ours = [0, 1].map((partition) => federation.node("ours", { partition }));
    federation.node("official", { partition: 2 });
    for (const node of ours) {
      await node.says(/The SuperLink at \S+ is of Flower 1\.14\.0 or earlier/);
      await node.says(/SuperNode ID: \d+/);
    }
    // More than one usual chunk, so that messages of ours have many objects.
    await federation.succeed("min-nodes=3 zeros=800000");
    assertEquals((await ours[0].stop()).code, 0);
  });
}

play(
  "a SuperNode whose key a SuperLink of 1.14.0 does not list, or that wants more than it gives, says so",
  async (stage) => {
    const federation = await OldFederation.start(stage, "auth");
    const strict = federation.node("ours", { partition: 0, flags: ["--require-node-auth", "hmac"] });
    await strict.says(/it takes no MACs, .* and --require-node-auth hmac accepts nothing else/);
    for (const half of ["", ".pub"]) {
      await Deno.copyFile(
        stage.path(`keys/server_credentials${half}`),
        stage.path(`keys/client_credentials_2${half}`),
      );
    }
    await federation.node("ours", { partition: 1 }).says(
      /The SuperLink refuses this SuperNode: Access denied/,
    );
  },
);
