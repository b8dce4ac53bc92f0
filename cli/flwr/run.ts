import { text, texts, toggle } from "../config/flags.ts";
import { resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import type { Init, StartRunRequest } from "../../proto/mod.ts";
import type { ControlClient } from "./control_client.ts";
import { flwrCommand, type Session } from "./flwr_command.ts";
import { followLog } from "./follow_log.ts";
import { INTERRUPTED } from "./log.ts";
import { type RunView, runViews } from "./run_view.ts";

/** The federation of a SuperLink that knows no other; not worth a word. */
const DEFAULT_FEDERATION = "@none/default";

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
      help: "Settings of a simulation; a deployment has none",
      hidden: true,
    }),
  },
  examples: [
    { for: "Run the app in this folder and watch it", line: "$ . local-deployment --stream" },
    { for: "With other settings", line: "$ . local-deployment --run-config 'num-server-rounds=5 lr=0.1'" },
  ],
}, async ({ flags, words }, session) => {
  const [app = ".", superlink] = words;
  const request = await requestFor(app, flags["run-config"], session);
  const connection = await readTarget(superlink, flags.federation, session);
  if (flags["federation-config"].length > 0) {
    session.env.stderr("Warning: --federation-config is for simulations and changes nothing here\n");
  }
  const control = await session.control(connection);
  const federation = flags.federation ?? connection.federation ?? "";
  const reply = await control.call("StartRun", { ...request.start, federation });
  if (reply.run_id === undefined) throw new UserError("Failed to start run");
  const runId = BigInt(reply.run_id);
  answerStarted({ runId, federation: reply.federation, note: reply.note }, request.about, session);
  return flags.stream ? await watch(control, runId, session) : 0;
});

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
  const override_config = configToProto(await readRunConfig(runConfig, session.env));
  if (app.startsWith("@")) return { start: { app_spec: checkedAppSpec(app), override_config } };
  const { buildApp } = await import("./build.ts");
  const fab = await buildApp(resolvePath(session.env, app), session.env);
  return { start: { fab: { content: fab.content, hash_str: fab.hash }, override_config }, about: fab };
}

/** @throws {UserError} */
function checkedAppSpec(spec: string): string {
  if (/^@[^/@\s]+\/[^/@\s=]+(==\d+\.\d+\.\d+\S*)?$/.test(spec)) return spec;
  throw new UserError(
    `Cannot use "${spec}" as an app: a published app must be written @account/app or @account/app==1.0.0`,
  );
}

async function readTarget(name: string | undefined, federation: string | undefined, session: Session) {
  if (federation !== undefined && !/^@[^/\s]+\/[^/\s]+$/.test(federation)) {
    throw new UserError(
      `Invalid federation format: ${federation}. Expected format: '@<account-name>/<federation-name>'.`,
    );
  }
  return await session.connection(name);
}

function answerStarted(
  started: { runId: bigint; federation: string; note?: string },
  about: Request["about"],
  session: Session,
): void {
  const { runId, federation, note } = started;
  const where = federation && federation !== DEFAULT_FEDERATION ? ` in federation ${federation}` : "";
  session.answer({
    text: () => `Successfully started run ${runId}${where}\n${note ? `${note}\n` : ""}`,
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
async function watch(control: ControlClient, runId: bigint, session: Session): Promise<number> {
  const { env, json } = session;
  const write = json ? env.stderr : env.stdout;
  if (await followLog(control, { runId, env, write }) === "interrupted") {
    env.stderr(`\nThe run goes on. See it with: flwr log ${runId}. End it with: flwr stop ${runId}\n`);
    return INTERRUPTED;
  }
  const reply = await control.call("ListRuns", { run_id: runId });
  const [view] = runViews(Object.values(reply.run_dict), reply.now);
  return ended(view, session);
}

function ended(view: RunView, { env }: Session): number {
  if (view.status === "finished:completed") return 0;
  const how = view.status === "finished:stopped" ? "was stopped" : "failed";
  env.stderr(`Error: Run ${view.runId} ${how}: ${view.details}\n`);
  return 1;
}
