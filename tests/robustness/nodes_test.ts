/** SuperNodes that die in a round, and come back. */
import { assertEquals } from "@std/assert";
import { act, appFolder, Site } from "./site.ts";
import { tlsFiles } from "./tls_files.ts";

act(
  "a SuperNode that is killed in a round takes its place and its message again, and no result is missing",
  async (stage) => {
    const { ca, certificate, key } = await tlsFiles(stage);
    const site = new Site(stage, {
      tls: { ca, certificate, key },
      superlinkArgs: ["--enable-supernode-auth"],
    });
    await site.startSuperLink();
    const keys = stage.path("keys");
    await stage.tool("keys", [keys]);
    const names = ["client_credentials_1", "client_credentials_2"];
    for (const name of names) {
      const { code, stderr } = await site.flwr("supernode", "register", `${keys}/${name}.pub`, "test");
      assertEquals(code, 0, stderr);
    }
    const keyOf = (name: string) => ["--auth-supernode-private-key", `${keys}/${name}`];
    await site.addNode("steady", keyOf(names[0]));
    const mortal = await site.addNode("mortal", keyOf(names[1]));

    const runId = await site.begin(appFolder("steady"), ["train-ms=2500", "rounds=2"]);
    await mortal.role.says(/Receiving: train message/);
    await mortal.role.kill();
    const reborn = await site.addNode("reborn", keyOf(names[1]));
    assertEquals(reborn.nodeId, mortal.nodeId);
    assertEquals(await site.end(runId), { status: "finished:completed", details: "N/A" });
    const { stdout } = await site.flwr("log", runId, "test");
    // What it had begun it was given again.
    const rounds = [...stdout.matchAll(/aggregate_train: Received (\d+) results and (\d+) failures/g)];
    assertEquals(rounds.map(([, results, failures]) => [results, failures]), [["2", "0"], ["2", "0"]]);

    const rival = stage.start({
      ...{ name: "rival", maker: "ours", program: "supernode" },
      args: [
        ...["--superlink", site.address("fleet"), "--root-certificates", ca, ...keyOf(names[1])],
        ...["--clientappio-api-address", "127.0.0.1:0"],
      ],
    });
    await rival.says(/counts this SuperNode as online .*either it runs elsewhere with the same key/);
    await reborn.role.stop();
    const [, nodeId] = await rival.says(/SuperNode ID: (\d+)/);
    assertEquals(nodeId, mortal.nodeId);
  },
);
