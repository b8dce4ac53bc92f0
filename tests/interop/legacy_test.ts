/**
 * SuperNodes of Flower 1.14.0, the last release that authenticates with a MAC, in a federation of today. They come
 * from the venv "1.14.0" in the folder that COROLLA_PEERS names: `pip install flwr==1.14.0 'click<8.2'`.
 */
import { Federation } from "./federation.ts";
import { guideFlags } from "./guide_flags.ts";
import { onStage, type Role, type Stage } from "./harness.ts";
import { appIoFlags, binOf, hasRelease } from "./releases.ts";

const RELEASE = "1.14.0";
const ignore = !hasRelease(RELEASE);
if (ignore) {
  console.warn(
    `SKIPPED: the tests with Flower ${RELEASE}: COROLLA_PEERS names no folder with a venv "${RELEASE}"`,
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
  const credentials = stage.path(`keys/client_credentials_${partition + 1}`);
  return stage.start({
    name: `supernode-${partition}-${RELEASE}`,
    maker: "official",
    bin: binOf(RELEASE),
    program: "supernode",
    args: [
      ...["--root-certificates", stage.path("certificates/ca.crt")],
      ...["--superlink", fleet],
      ...appIoFlags(RELEASE),
      ...["--node-config", `partition-id=${partition} num-partitions=3`],
      ...["--auth-supernode-private-key", credentials],
      ...["--auth-supernode-public-key", `${credentials}.pub`],
    ],
  });
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
