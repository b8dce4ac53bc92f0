import { basename, extname, join } from "node:path";
import { runsFolder } from "../daemon/app_permissions.ts";
import { text, texts, UsageError } from "../config/flags.ts";
import { resolvePath } from "../env.ts";
import { idFrom, type Session, streamCommand } from "../flwr/flwr_command.ts";
import { showLog } from "../flwr/follow_log.ts";
import { appText, runViews } from "../flwr/run_view.ts";
import { UserError } from "../output.ts";
import type { Course } from "./course.ts";
import { drawCourse } from "./drawing.ts";
import { courseOfJournal } from "./journal_course.ts";
import { courseOfLog } from "./log_course.ts";
import { panelsOf } from "./panels.ts";

/** The file that a strategy writes into its run's folder when it is asked to. */
const JOURNAL = "rounds.jsonl";
const SVG = ".svg", PNG = ".png";

/** `corolla plot`: a run's metrics by round, as a picture. */
export const plot = streamCommand({
  summary: "Draw what a run's nodes and its ServerApp measured, round by round, as SVG or PNG.\n" +
    `Reads ${JOURNAL} of the run's folder where that is on this machine, and else the run's log.`,
  words: ["RUN", "[SUPERLINK]"],
  wordHelp: {
    RUN: `A run's id as \`flwr list\` shows it, or the path of a ${JOURNAL}`,
    "[SUPERLINK]": "Ask this connection of config.toml; where it is needed, its default unless told",
  },
  flags: {
    output: text({
      placeholder: "FILE",
      help: `Where the picture goes, as ${SVG} or ${PNG} (default: run-RUN${SVG})`,
    }),
    metric: texts({
      placeholder: "NAME",
      help: "Draw this metric, such as train_loss; loss means everybody's. Can be given more than once",
    }),
    title: text({ placeholder: "TEXT", help: "What stands above (default: the app and the run)" }),
  },
  examples: [
    { for: "All metrics of a run", line: "$ 8474444145234035147" },
    { for: "One of them for a slide", line: "$ 8474444145234035147 --metric accuracy --output accuracy.png" },
    { for: "A file that somebody sent", line: `$ ${JOURNAL}` },
  ],
}, async ({ flags, words: [run, superlink] }, session) => {
  const { env } = session;
  const output = flags.output ?? `${outputName(run)}${SVG}`;
  const ending = extname(output).toLowerCase();
  if (ending !== SVG && ending !== PNG) {
    throw new UsageError(`Cannot use --output ${output}: its name must end with ${SVG} or ${PNG}`);
  }
  const course = await courseOf(run, { session, superlink });
  const { panels, left } = panelsOf(course, flags.metric);
  const svg = drawCourse(course, { panels, title: flags.title });
  const picture = ending === SVG ? svg : await (await import("./png.ts")).pngOf(svg);
  await env.files.write(resolvePath(env, output), picture);
  env.stdout(`Drew ${panels.map(({ title }) => title).join(", ")}: ${output}\n`);
  if (left.length > 0) env.stderr(`Left out for want of room: ${left.join(", ")}. Draw them with --metric\n`);
});

const isId = (run: string) => /^\d+$/.test(run);

function outputName(run: string): string {
  return isId(run) ? `run-${run}` : basename(run, extname(run));
}

/** Where the rounds of a run are found. @throws {UserError} */
async function courseOf(
  run: string,
  { session, superlink }: { session: Session; superlink: string | undefined },
): Promise<Course> {
  const { env } = session;
  if (!isId(run)) {
    const course = await journalAt(resolvePath(env, run), { env, typed: run });
    return { ...course, app: course.app ?? basename(run) };
  }
  const path = join(runsFolder(env), run, JOURNAL);
  if (superlink === undefined && await env.files.kind(path) === "file") {
    return { ...await journalAt(path, { env, typed: path }), runId: run };
  }
  return await courseFromSuperLink(idFrom(run, "a run's id"), { session, superlink });
}

async function journalAt(
  path: string,
  { env, typed }: { env: Session["env"]; typed: string },
): Promise<Course> {
  if (await env.files.kind(path) !== "file") {
    throw new UserError(
      `Cannot plot ${typed} as it must be a run's id or the path of a ${JOURNAL}: there is no such file`,
      {
        hint: "See all runs: flwr list",
      },
    );
  }
  return courseOfJournal(await env.files.readText(path), typed);
}

/** What the run's log tells, whoever's SuperLink and in whatever language its ServerApp. */
async function courseFromSuperLink(
  runId: bigint,
  { session, superlink }: { session: Session; superlink: string | undefined },
): Promise<Course> {
  const control = await session.control(await session.connection(superlink));
  const reply = await control.call("ListRuns", { run_id: runId });
  const [view] = runViews(Object.values(reply.run_dict), reply.now);
  let log = "";
  await showLog(control, { runId, write: (text) => log += text });
  const course = courseOfLog(log);
  if (course.measurements.length === 0) {
    throw new UserError(
      `Cannot plot run ${runId} as its log must tell of a round with metrics: there is none`,
      {
        hint:
          `Wait for its first round; of rounds that no strategy led, plot the ${JOURNAL} that the app wrote`,
      },
    );
  }
  return { ...course, runId: String(runId), app: view && appText(view) };
}
