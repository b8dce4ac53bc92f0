/** The examples that need Python: a ServerApp of the official package leads ClientApps in TypeScript. */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "./federation.ts";
import { play } from "./harness.ts";

const EXAMPLES = [
  {
    folder: "python_server",
    nodes: 2,
    config: "num-server-rounds=3",
    said: /Round 3: 0\.0\d+ from the truth/,
  },
  {
    folder: "secure_aggregation",
    nodes: 3,
    config: "num-server-rounds=1",
    said: /The mean of all readings is 2\.333/,
  },
];

for (const { folder, nodes, config, said } of EXAMPLES) {
  play(`examples/${folder} runs as its README says`, async (stage) => {
    const federation = await Federation.start(stage, {
      superlink: "ours",
      security: "plain",
      partitions: nodes,
    });
    for (let partition = 0; partition < nodes; partition++) {
      await federation.addNode({ maker: "ours", partition });
    }
    const app = fileURLToPath(new URL(`../../examples/${folder}`, import.meta.url));
    const { code, stdout, stderr } = await federation.flwr(
      "ours",
      ["run", app, "test", "--stream", "--run-config", config],
      { timeoutMs: 240_000 },
    );
    assertEquals(code, 0, stdout + stderr);
    assertMatch(stdout + stderr, said);
  });
}
