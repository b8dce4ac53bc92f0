import { assertEquals } from "@std/assert";
import { Federation } from "./federation.ts";
import { type Maker, play, type Role, type Stage } from "./harness.ts";

/*
 * The secret that SuperExecs share with their SuperLink, each side of each maker. That whole runs work with it is what
 * the matrix shows; here those who do not know it are refused.
 */
for (const superlink of ["ours", "official"] as const) {
  for (const maker of ["ours", "official"] as const) {
    play(
      `SuperLink ${superlink}: of two SuperExecs (${maker}) only the one with the secret gets work`,
      async (stage) => {
        const federation = await Federation.start(stage, {
          superlink,
          security: "tls",
          isolation: "process",
        });
        const [, address] = await federation.says(/Starting ServerAppIo API on (\S+)/);
        const another = stage.write("another-secret", "only SuperExecs of this test know it\n");
        const stranger = superexec(stage, { name: "stranger", maker, address, secret: another });
        // An official one leaves without a word.
        await stranger.says(maker === "ours" ? /Authentication failed/ : /SuperExec terminated gracefully/);
        await stranger.stop();
        const secret = stage.path("superexec-secret");
        await superexec(stage, { name: "known", maker, address, secret }).says(/Starting Flower SuperExec/);
        const runId = await federation.begin({ cli: "ours", app: "python" });
        assertEquals(await statusOnceClaimed(federation, runId), "running");
      },
    );
  }
}

function superexec(
  stage: Stage,
  { name, maker, address, secret }: { name: string; maker: Maker; address: string; secret: string },
): Role {
  return stage.start({
    name,
    maker,
    program: "superexec",
    args: [
      ...["--root-certificates", stage.path("certificates/ca.crt")],
      ...["--appio-api-address", address, "--plugin-type", "serverapp"],
      ...["--superexec-auth-secret-file", secret],
    ],
  });
}

const PATIENCE_MS = 120_000;

/** What becomes of a run that waits for a SuperExec; each look is a command that takes its time. */
async function statusOnceClaimed(federation: Federation, runId: string): Promise<unknown> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
    const { status } = await federation.listed("ours", runId);
    if (status !== "pending" && status !== "starting") return status;
  }
  return "never claimed";
}
