import { assert, assertEquals, assertMatch } from "@std/assert";
import { Federation } from "./federation.ts";
import { guideFlags } from "./guide_flags.ts";
import { play } from "./harness.ts";

play(
  "the authentication guide: an official SuperNode signs, one of ours uses MACs, nobody registers them",
  async (stage) => {
    const superlinkArgs = guideFlags(stage);
    const federation = await Federation.start(stage, { superlink: "ours", security: "auth", superlinkArgs });
    await federation.says(/Node authentication enabled with 2 known public keys/);
    await federation.addNode({ maker: "official", partition: 0 });
    await federation.addNode({ maker: "ours", partition: 1 });
    assertMatch(stage.role("supernode-1-ours").said(), /Authentication with a MAC over each call/);
    await federation.succeed({ cli: "official", app: "python" });
  },
);

play(
  "a SuperNode of ours signs for an official SuperLink, which reads the mark in what is signed",
  async (stage) => {
    const federation = await Federation.start(stage, { superlink: "official", security: "auth" });
    for (const partition of [0, 1]) {
      await federation.register("ours", partition);
      await federation.addNode({ maker: "ours", partition });
    }
    assertMatch(
      stage.role("supernode-0-ours").said(),
      /Authentication with signatures: the SuperLink takes no MACs/,
    );
    await federation.succeed({ cli: "ours", app: "python" });
  },
);

play(
  "a SuperNode whose key is taken from the list is cut off, and comes back when it is listed again",
  async (stage) => {
    const superlinkArgs = guideFlags(stage);
    const setting = { superlink: "ours", security: "auth", partitions: 3, superlinkArgs } as const;
    const federation = await Federation.start(stage, setting);
    const list = stage.path("keys/client_public_keys.csv");
    const both = (await Deno.readTextFile(list)).split(",").slice(0, 2).join(",");
    for (const maker of ["official", "ours"] as const) {
      await federation.addNode({ maker, partition: maker === "official" ? 0 : 1 });
    }
    await Deno.writeTextFile(list, `# nobody for now\n`);
    await federation.says(/The list of SuperNode keys has changed: 0 known public keys/);
    for (const name of ["supernode-0-official", "supernode-1-ours"]) {
      await stage.role(name).says(/SuperNode terminated gracefully/);
    }
    await Deno.writeTextFile(list, `${both}\nnot a key`);
    await federation.says(/cannot be used; the keys in force stay: Cannot use "row 2 of .*"/);
    await Deno.writeTextFile(list, both.replaceAll(",", " ann's laptop \r\n\r\n"));
    await federation.says(/The list of SuperNode keys has changed: 2 known public keys/);
    await federation.addNode({ maker: "ours", partition: 0 });
    await federation.addNode({ maker: "ours", partition: 2 }).then(
      () => assert(false, "a SuperNode with an unlisted key came in"),
      (error) => assertMatch(String(error), /ended with status 1/),
    );
    const { stdout } = await federation.flwr("ours", ["supernode", "list", "test", "--format", "json"]);
    const nodes: { status: string }[] = JSON.parse(stdout).nodes;
    assertEquals(nodes.map(({ status }) => status).sort(), ["offline", "online", "registered"]);
  },
);
