import { assertEquals } from "@std/assert";
import { runBundledApp } from "./bundled_app.ts";
import { Federation } from "./federation.ts";
import { noNetwork } from "./no_network.ts";
import { fromSource } from "./program.ts";

Deno.test("confinement: an app with npm packages runs where there are none, and nothing is fetched", async () => {
  using network = noNetwork();
  await using federation = await Federation.prepare({ program: fromSource, env: network.proxies });
  await runBundledApp(federation);
  assertEquals(network.came(), 0);
});
