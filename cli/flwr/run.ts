import type { UserConfig } from "../../core/model/user_config.ts";
import type { Init, StartRunRequest } from "../../proto/mod.ts";
import { type Connection, isFederationName, wrongFederation } from "../config/connections.ts";
import { text, texts, toggle } from "../config/flags.ts";
import { nearest } from "../config/nearest.ts";
import type { Simulation } from "../config/simulation.ts";
import { resolvePath } from "../env.ts";
import { printError, UserError } from "../output.ts";
import type { ControlClient } from "./control_client.ts";
import { flwrCommand, type Session, whereText } from "./flwr_command.ts";
import { followLog, goOnText } from "./follow_log.ts";
import { INTERRUPTED } from "./log.ts";
import { bytesText } from "./quantities.ts";
import { endText, type RunView, runViews } from "./run_view.ts";

/** Sending an app that takes longer is worth a word on a terminal. */
const SILENT_MS = 1_000;

/** `flwr run`: sends an app to a SuperLink and starts it there. */
export const run = flwrCommand({
  summary:
    "Run an app over a federation: build it, send it to a SuperLink and start it there. With --stream, show what it prints until it is finished; the status is not 0 when the run failed or was stopped.",
  words: ["[APP]", "[SUPERLINK]"],
  wordHelp: {
    "[APP]": "The app's folder, or @account/app for a published one; this folder unless told",
    "[SUPERLINK]": "A connection of config.toml; its default unless told",
  },
  flags: {
    stream: toggle({ help: "Show the log until the run is finished. Ctrl-C ends the showing, not the run" }),
    "run-config": runConfigFlag(),
    federation: text({ placeholder: "@ACCOUNT/NAME", help: "The federation that runs it" }),
    "federation-config": texts({
      placeholder: "CONFIG",
      help: "Settings of a simulation, such as num-supernodes=10; a deployment has none",
    }),
  },
  examples: [
    { for: "Run the app in this folder and watch it", line: "$ . local-deployment --stream" },
    { for: "With other settings", line: "$ . local-deployment --run-config 'num-server-rounds=5 lr=0.1'" },
  ],
}, async ({ flags, words }, session) => {
  const [app = ".", superlink] = words;
  const { federation: named } = flags;
  if (named !== undefined && !isFederationName(named)) throw new UserError(wrongFederation(named));
  const simulation = await federationConfig(flags["federation-config"]);
  const request = await requestFor(app, flags["run-config"], session);
  const connection = await session.connection(superlink);
  const control = await session.control(connection);
  const start: Init<StartRunRequest> = {
    ...request.start,
    federation: named ?? connection.federation ?? "",
    override_federation_config: simulation ?? oldSimulation(connection, session),
  };
  const reply = await sent(control.call("StartRun", start), { start, session });
  if (reply.note) session.env.stderr(`Note: ${reply.note}\n`);
  if (reply.run_id === undefined) throw new UserError("Failed to start run");
  const runId = BigInt(reply.run_id);
  answerStarted({ runId, federation: reply.federation, note: reply.note }, request.about, session);
  return flags.stream ? await watch(control, { runId, superlink, session }) : 0;
});

async function federationConfig(given: readonly string[]): Promise<Simulation | undefined> {
  return given.length === 0
    ? undefined
    : (await import("../config/simulation.ts")).readFederationConfig(given);
}

/** What the connection says, as it was done before there was `--federation-config`. */
function oldSimulation({ simulation, name }: Connection, { env }: Session): Simulation | undefined {
  if (simulation) {
    env.stderr(`Warning: options of [superlink.${name}] are the old way; use --federation-config\n`);
  }
  return simulation;
}

/** Waits for an answer, and on a terminal says what takes so long. */
async function sent<Reply>(
  reply: Promise<Reply>,
  { start, session: { env } }: { start: Init<StartRunRequest>; session: Session },
): Promise<Reply> {
  const answered = new AbortController();
  const size = start.fab?.content?.length ?? 0;
  const slow = env.clock.sleep(SILENT_MS, answered.signal).then(() => {
    if (answered.signal.aborted || !env.isTerminal.stderr || size === 0) return;
    env.stderr(`Sending the app (${bytesText(size)})...\n`);
  });
  try {
    return await reply;
  } finally {
    answered.abort();
    await slow;
  }
}

function runConfigFlag() {
  return texts({
    short: "c",
    placeholder: "'KEY=VALUE ...'",
    help:
      "Other values for keys of [tool.flwr.app.config]; values as in TOML. Or the path of one .toml file with them",
  });
}

/** What is sent, and what is said about it afterwards. */
interface Request {
  readonly start: Init<StartRunRequest>;
  /** Only for an app from a folder. */
  readonly about?: {
    readonly fabId: string;
    readonly fabVersion: string;
    readonly hash: string;
    readonly filename: string;
  };
}

async function requestFor(app: string, runConfig: readonly string[], session: Session): Promise<Request> {
  const [{ configToProto }, { readRunConfig }] = await Promise.all([
    import("../../core/wire/config.ts"),
    import("../config/run_config.ts"),
  ]);
  const config = await readRunConfig(runConfig, session.env);
  const override_config = configToProto(config);
  if (app.startsWith("@")) return { start: { app_spec: checkedAppSpec(app), override_config } };
  const { buildApp } = await import("./build.ts");
  const { moveFederations } = await import("./migrate.ts");
  const folder = resolvePath(session.env, app);
  await moveFederations(folder, { env: session.env, say: (text) => session.say(text) });
  const fab = await buildApp(folder, session.env);
  if (config.size > 0) await refuseUnknownKeys(config, fab.content);
  return { start: { fab: { content: fab.content, hash_str: fab.hash }, override_config }, about: fab };
}

/** A SuperLink refuses them too, but cannot say which keys there are. @throws {UserError} */
async function refuseUnknownKeys(config: UserConfig, fab: Uint8Array): Promise<void> {
  const { readFab } = await import("../../core/wire/fab/fab.ts");
  const names = [...readFab(fab).config.keys()];
  const unknown = [...config.keys()].find((key) => !names.includes(key));
  if (unknown === undefined) return;
  const like = nearest(unknown, names);
  const known = names.length > 0 ? `There are: ${names.join(", ")}` : "It has no key at all";
  throw new UserError(`Cannot set "${unknown}" as the app has no such key in [tool.flwr.app.config]`, {
    hint: like ? `Did you mean ${like}?` : known,
  });
}

/** @throws {UserError} */
function checkedAppSpec(spec: string): string {
  if (/^@[^/@\s]+\/[^/@\s=]+(==\d+\.\d+\.\d+\S*)?$/.test(spec)) return spec;
  throw new UserError(
    `Cannot use "${spec}" as an app: a published app must be written @account/app or @account/app==1.0.0`,
  );
}

function answerStarted(
  started: { runId: bigint; federation: string; note?: string },
  about: Request["about"],
  session: Session,
): void {
  const { runId, federation, note } = started;
  const done = `Successfully started run ${runId}${whereText(federation, "in")}`;
  session.answer({
    text: () => `${session.coloured(done, "green")}\n`,
    json: () => ({
      success: true,
      "run-id": String(runId),
      federation,
      ...(note ? { note } : {}),
      ...(about && {
        "fab-id": about.fabId,
        "fab-name": about.fabId.split("/").at(-1),
        "fab-version": about.fabVersion,
        "fab-hash": about.hash.slice(0, 8),
        "fab-filename": about.filename,
      }),
    }),
  });
}

/** Shows the log to the end and tells how the run ended. With JSON on stdout the log goes to stderr. */
async function watch(
  control: ControlClient,
  { runId, superlink, session }: { runId: bigint; superlink: string | undefined; session: Session },
): Promise<number> {
  const { env, json } = session;
  const write = json ? env.stderr : env.stdout;
  if (await followLog(control, { runId, env, write }) === "interrupted") {
    env.stderr(goOnText(runId, { calledAs: env.calledAs.replace(/ run$/, ""), superlink }));
    return INTERRUPTED;
  }
  const reply = await control.call("ListRuns", { run_id: runId });
  const [view] = runViews(Object.values(reply.run_dict), reply.now);
  return ended(view, session);
}

function ended(view: RunView, { env }: Session): number {
  if (view.status === "finished:completed") return 0;
  printError(env, new UserError(endText(view)));
  return 1;
}
