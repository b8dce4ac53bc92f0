import { assertEquals } from "@std/assert";
import { runBundledApp } from "../confinement/bundled_app.ts";
import { noNetwork } from "../confinement/no_network.ts";
import { isLinux } from "./binary.ts";
import { onFederation } from "./on_federation.ts";

Deno.test("compiled: an app with npm packages is bundled and runs where there are none, and nothing is fetched", async () => {
  using network = noNetwork();
  const flags = isLinux ? [] : ["--allow-unconfined-apps"];
  await onFederation((federation) => runBundledApp(federation, { flags }), { env: network.env });
  assertEquals(network.came(), 0);
});
