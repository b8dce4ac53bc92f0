/** The example with npm packages, as its README says: packages from the registry or Deno's cache, then a run. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "./confinement/federation.ts";
import { fromSource } from "./confinement/program.ts";

const EXAMPLE = fileURLToPath(new URL("../examples/pca/", import.meta.url));

/** Has Deno fetch the packages; a registry that is out of order for a moment is asked again. */
async function install(folder: string): Promise<void> {
  for (let tries = 1;; tries++) {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["install", "--quiet"],
      cwd: folder,
    }).output();
    if (success) return;
    if (tries === 3) throw new Error(new TextDecoder().decode(stderr));
  }
}

Deno.test("examples/pca: two nodes without any package find what its README says", async () => {
  await using federation = await Federation.prepare({ program: fromSource });
  const folder = federation.path("pca");
  await Deno.mkdir(folder);
  for (const { name, isFile } of Deno.readDirSync(EXAMPLE)) {
    if (isFile) await Deno.copyFile(EXAMPLE + name, `${folder}/${name}`);
  }
  await install(folder);

  await federation.begin();
  for (const id of [0, 1]) {
    await federation.addSuperNode({ flags: ["--node-config", `partition-id=${id} num-partitions=2`] });
  }
  const run = await federation.flwr(["run", folder, "test", "--stream"]);
  assertEquals(run.code, 0, `${run.stdout}${run.stderr}\n${federation.said}`);
  const readme = await Deno.readTextFile(`${EXAMPLE}README.md`);
  const [, shown] = readme.split("## What you see\n");
  const lines = shown.split("\n").filter((line) => /^ {4}[A-Z0-9]/.test(line)).map((line) => line.trim());
  assertEquals(lines.length, 5, shown);
  // Another version of the bundler may need a little more or less.
  const plain = (text: string) => text.replaceAll(/\(\d+ KB\)/g, "(some KB)");
  for (const line of lines) assertStringIncludes(plain(run.stderr + run.stdout), plain(line));
});
