import { assertEquals } from "@std/assert";
import { appFiles, TEMPLATES } from "../../cli/flwr/templates/app_files.ts";
import { Federation } from "../confinement/federation.ts";
import { binary } from "./binary.ts";

Deno.test("compiled: flwr new makes every template and example, without a network", async () => {
  await using federation = await Federation.prepare({ program: binary });
  for (const template of TEMPLATES) {
    const words = ["flwr", "new", `my-${template}`, "--template", template, "--publisher", "acme"];
    const { code, stderr } = await federation.run(words, { home: "user" });
    assertEquals([code, stderr], [0, ""]);
    const expected = await appFiles(template, { name: `my-${template}`, publisher: "acme" });
    for (const [path, text] of expected) {
      const file = `${federation.folder}/my-${template}/${path}`;
      assertEquals(await Deno.readTextFile(file), text, path);
    }
  }
});
