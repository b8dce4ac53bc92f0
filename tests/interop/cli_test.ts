/**
 * The same commands of one `flwr` against our SuperLink and an official one: what the user sees must be the same.
 * So each `flwr` is a witness for the two servers, and nothing of the expected text stands here.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Federation } from "./federation.ts";
import { type Ended, type Maker, play, type Stage } from "./harness.ts";

const NOBODY = "1234567890";

play("the official flwr sees no difference between the SuperLinks", (stage) => compare("official", stage));
play("our flwr sees no difference between the SuperLinks", (stage) => compare("ours", stage));

async function compare(cli: Maker, stage: Stage): Promise<void> {
  const official = await Federation.start(stage, { superlink: "official", security: "auth" });
  const ours = await Federation.start(stage, { superlink: "ours", security: "auth" });
  const [expected, actual] = await Promise.all([tour(cli, official), tour(cli, ours)]);
  assertEquals(actual, expected);
}

/** Everything a user may ask of a SuperLink that no SuperNode is connected to. */
async function tour(cli: Maker, federation: Federation): Promise<string[]> {
  const story: string[] = [];
  const ask = async (...words: string[]) => {
    const ended = await federation.flwr(cli, words);
    story.push(told(words, ended));
    return ended;
  };
  const key = federation.stage.path("keys/client_credentials_1.pub");

  const json = ["--format", "json"];

  await ask("list", "test", ...json);
  await ask("supernode", "register", key, "test");
  await ask("supernode", "register", key, "test");
  const { stdout } = await ask("supernode", "list", "test", ...json);
  await ask("supernode", "unregister", JSON.parse(stdout).nodes[0]["node-id"], "test");
  await ask("supernode", "unregister", NOBODY, "test");
  await ask("supernode", "list", "test", "--verbose");
  await ask("federation", "list", "test", ...json);
  await ask("federation", "create", "mine", "test");

  const runId = await federation.begin({ cli, app: "python" });
  await waitForLog(federation, { cli, runId });
  await ask("list", "test", "--run-id", runId, ...json);
  await ask("federation", "list", "test", "--federation", "@none/default", ...json);
  await ask("stop", runId, "test");
  await ask("stop", runId, "test");
  await ask("list", "test", "--run-id", runId);
  await ask("list", "test", ...json);
  await ask("list", "test", "--run-id", NOBODY);
  await ask("stop", NOBODY, "test", ...json);
  await ask("log", NOBODY, "test");
  await ask("pull", runId, "test");
  await ask("login", "test");
  await ask("run", federation.stage.folder, "test");
  return story;
}

/** The ServerApp looks for SuperNodes, and what it prints reaches the user. */
async function waitForLog(
  federation: Federation,
  { cli, runId }: { cli: Maker; runId: string },
): Promise<void> {
  const until = Date.now() + 120_000;
  let shown = "";
  while (Date.now() < until && !shown.includes("Starting FedAvg strategy")) {
    const { code, stdout, stderr } = await federation.flwr(cli, ["log", runId, "test", "--show"]);
    assertEquals(code, 0);
    shown = `${stdout}${stderr}`;
  }
  assertStringIncludes(shown, "Starting FedAvg strategy");
}

/** Without what differs from run to run: numbers, times, and the widths of columns that follow from them. */
function told(words: readonly string[], { code, stdout, stderr }: Ended): string {
  const text = `$ flwr ${words.join(" ")}\n${stdout}${stderr}status ${code}\n`;
  return text.replaceAll(/\d[\d.:-]*( ?\d[\d.:-]*Z)?/g, "N").replaceAll(/[ ─━]{2,}/g, " ");
}
