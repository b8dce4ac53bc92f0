import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "./federation.ts";
import { play } from "./harness.ts";

const APP = fileURLToPath(new URL("./apps/secagg_app", import.meta.url));

play(
  "TypeScript nodes and a Python one take part in a SecAgg+ round of the official workflow",
  async (stage) => {
    const federation = await Federation.start(stage, {
      superlink: "official",
      security: "plain",
      partitions: 3,
    });
    for (const [partition, maker] of (["official", "ours", "ours"] as const).entries()) {
      await federation.addNode({ maker, partition });
    }
    const timeoutMs = 240_000;
    const { code, stdout, stderr } = await federation.flwr("ours", ["run", APP, "test", "--stream"], {
      timeoutMs,
    });
    assertEquals(code, 0, `${stdout}${stderr}`);
    assert(
      `${stdout}${stderr}`.includes("The sum is right; 2 of 3 nodes were TypeScript"),
      `${stdout}${stderr}`,
    );
  },
);
