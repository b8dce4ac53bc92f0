/**
 * Messages of every shape and fate between an official ServerApp and an official ClientApp: what becomes of them must
 * not depend on who carries them.
 */
import { assertEquals } from "@std/assert";
import { Federation } from "./federation.ts";
import { type Maker, play } from "./harness.ts";

/** As official parts carry them, where a ClientApp that crashes is given up after a minute only. */
const FACTS = {
  "nodes": "1",
  "echoes are the same": "[True, True, True]",
  "special": "{'num-partitions': 2, 'partition-id': 0, 'type': 'train.special'}",
  "state": "['record 0', 'record 1']",
  "query.fail": "error 2 query.fail",
  "query.fail answers": "True",
  "timeout": "[0, True]",
  "message for nobody": "['']",
  "reply of nobody": "['error 3 system']",
  "expired": "['error 3 system']",
  "late": "['content query']",
  "taken": "['error 3 system']",
};
const CRASH = { "query.crash": "error 8 query.crash", "query.crash answers": "True" };

const MIXES: { superlink: Maker; node: Maker; security: "plain" | "tls" }[] = [
  { superlink: "ours", node: "official", security: "plain" },
  { superlink: "official", node: "ours", security: "plain" },
  { superlink: "ours", node: "ours", security: "tls" },
];

for (const { superlink, node, security } of MIXES) {
  play(`messages between Python apps; SuperLink: ${superlink}, SuperNode: ${node}`, async (stage) => {
    const federation = await Federation.start(stage, { superlink, security });
    await federation.addNode({ maker: node, partition: 0 });
    const withCrash = node === "ours";
    const config = withCrash ? "with-crash=true" : undefined;
    const { code, stdout, stderr } = await federation.run({ cli: "ours", app: "messages", config });
    assertEquals(code, 0, stdout + stderr);
    const facts = [...stdout.matchAll(/^FACT (.*?): (.*)$/gm)].map(([, name, value]) => [name, value]);
    assertEquals(Object.fromEntries(facts), { ...FACTS, ...withCrash ? CRASH : {} });
  });
}
