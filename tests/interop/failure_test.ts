/** Apps that raise: the run fails, and both command lines show why. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { type AppSetting, Federation } from "./federation.ts";
import { play } from "./harness.ts";

const SETTINGS = [
  { superlink: "ours", app: "typescript", raiser: "serverapp" },
  { superlink: "ours", app: "typescript", raiser: "clientapp" },
  { superlink: "ours", app: "python", raiser: "serverapp" },
  { superlink: "ours", app: "python", raiser: "clientapp" },
  { superlink: "official", app: "python", raiser: "clientapp" },
] as const;

for (const { superlink, app, raiser } of SETTINGS) {
  play(`a ${app} ${raiser} that raises; SuperLink: ${superlink}`, async (stage) => {
    const federation = await Federation.start(stage, { superlink, security: "plain" });
    if (raiser === "clientapp") {
      for (const partition of [0, 1]) await federation.addNode({ maker: "ours", partition });
    }
    const setting: AppSetting = { cli: "ours", app, rounds: 1, config: `raise-in="${raiser}"` };
    const { code, stdout, stderr, runId } = await federation.run(setting);
    assertNotEquals(code, 0);
    // What a ClientApp raises reaches the log through its error reply.
    const cause = raiser === "serverapp"
      ? "the ServerApp raises on purpose"
      : "the ClientApp raises on purpose";
    assertStringIncludes(stdout + stderr, cause);

    const reason = raiser === "serverapp" ? cause : "no node returned a model";
    for (const cli of ["ours", "official"] as const) {
      const run = await federation.listed(cli, runId);
      assertEquals(run.status, "finished:failed");
      assert(String(run["status-details"]).includes(reason), `flwr list of ${cli}: ${run["status-details"]}`);
    }
    assertStringIncludes(stderr, reason);
  });
}
