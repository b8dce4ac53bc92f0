import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { escapesApp, onlyHeld, SECRET } from "../confinement/escapes_app.ts";
import { isLinux } from "./binary.ts";
import { onFederation } from "./on_federation.ts";

const APP = fileURLToPath(new URL("../interop/apps/typescript_app", import.meta.url));
const BARE = isLinux ? ["--app-fence", "none"] : [];
const HELD = /WARNING.*Apps are not fenced in by the system: TypeScript apps are held in a compartment/;

Deno.test("compiled: without a fence apps run in a compartment, and get at nothing that they were not given", (t) =>
  onFederation(async (federation) => {
    const superlink = await federation.begin({ superlink: BARE });
    const nodes = [];
    for (const id of [0, 1]) {
      const config = ["--node-config", `partition-id=${id} num-partitions=2`];
      nodes.push(await federation.addSuperNode({ flags: [...config, ...BARE] }));
    }
    for (const daemon of [superlink, ...nodes]) await daemon.says(HELD);

    await t.step("a run trains", async () => {
      const { code, stdout, stderr } = await federation.flwr(["run", APP, "test", "--stream"]);
      assertEquals(code, 0, `${stdout}${stderr}\n${federation.said}`);
      assertStringIncludes(stdout, "The model is 8.0 everywhere after 4.0 calls of each node");
    });

    await t.step("apps that try to get out stay in", async () => {
      const folder = federation.path("escapes");
      const keyPath = federation.path("key");
      await Deno.writeTextFile(keyPath, SECRET);
      for (const [path, text] of Object.entries(await escapesApp(keyPath))) {
        await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
        await Deno.writeTextFile(`${folder}/${path}`, text);
      }
      const config = ["--run-config", `key-path=${JSON.stringify(keyPath)}`];
      const { code, stdout, stderr } = await federation.flwr(["run", folder, "test", "--stream", ...config]);
      assertEquals(code, 0, `${stdout}${stderr}\n${federation.said}`);
      assert(!stdout.includes(SECRET));
      const linesOf = (who: string) => stdout.split("\n").filter((line) => line.startsWith(`${who} | `));
      onlyHeld(linesOf("server"));
      const clients = linesOf("client");
      assertEquals(clients.length % nodes.length, 0);
      onlyHeld(clients);
    });

    await t.step("what cannot run there says why", async () => {
      const folder = federation.path("node app");
      await Deno.mkdir(folder);
      for await (const { name } of Deno.readDir(APP)) {
        await Deno.copyFile(`${APP}/${name}`, `${folder}/${name}`);
      }
      const server = await Deno.readTextFile(`${folder}/server.ts`);
      await Deno.writeTextFile(`${folder}/server.ts`, `import "node:fs";\n${server}`);
      const { code, stdout } = await federation.flwr(["run", folder, "test", "--stream"]);
      assertEquals(code, 1, stdout);
      assertMatch(
        stdout,
        /Cannot import "node:fs" in server\.ts as an app in a compartment has no modules of Node/,
      );
    });
  }));
