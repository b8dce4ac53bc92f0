import { assertEquals, assertMatch } from "@std/assert";
import { wrongDeno } from "./deno_pin.ts";
import { DENO_PIN } from "./version.ts";

Deno.test("the pinned Deno may run the program from source, and any may run it compiled", () => {
  assertEquals(wrongDeno({ version: DENO_PIN, standalone: false }), undefined);
  assertEquals(wrongDeno({ version: "2.9.4", standalone: true }), undefined);
});

Deno.test("another Deno is told the reason and the right command", () => {
  const text = wrongDeno({ version: "2.9.8", standalone: false })!;
  assertMatch(text, /Cannot run under Deno 2\.9\.8: it must be Deno \d+\.\d+\.\d+/);
  assertMatch(text, /aborts? the whole process when a client drops its connection/);
  assertMatch(text, new RegExp(`npx --yes deno@${DENO_PIN.replaceAll(".", "\\.")}`));
});

Deno.test("every command line in the repository names the pinned Deno", async () => {
  const root = new URL("../", import.meta.url);
  for (const path of ["README.md", ".ci/run", ".github/workflows/", ".github/CONTRIBUTING.md"]) {
    for (const [name, text] of await texts(new URL(path, root))) {
      const named = [...text.matchAll(/deno@v?(\d+\.\d+\.\d+)|deno-version: *v?(\d+\.\d+\.\d+)/g)];
      for (const [, a, b] of named) assertEquals(a ?? b, DENO_PIN, `in ${name}`);
    }
  }
});

async function texts(url: URL): Promise<[string, string][]> {
  try {
    if (!url.pathname.endsWith("/")) return [[url.pathname, await Deno.readTextFile(url)]];
    const entries = await Array.fromAsync(Deno.readDir(url));
    return (await Promise.all(entries.map((entry) => texts(new URL(entry.name, url))))).flat();
  } catch (error) {
    // What is not written yet names nothing.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
