import { join } from "node:path";
import { isAppName } from "../../core/wire/fab/project.ts";
import { command } from "../command.ts";
import { choice, text, UsageError } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import { writeNewFiles } from "../tools/new_files.ts";
import { Questions } from "./ask.ts";
import { appFiles, type Template, TEMPLATES } from "./templates/app_files.ts";

/** What the files of a new app depend on. */
interface NewApp {
  readonly name: string;
  readonly template: Template;
  readonly publisher: string;
}

/** `flwr new`: makes an app that runs at once, without a network. */
export const newApp = command({
  summary:
    "Make a new Flower App in a folder of its name. It runs at once: its nodes make up data for themselves.",
  words: ["[NAME]"],
  wordHelp: { "[NAME]": "A letter, then letters, digits and hyphens; at most 32. Asked for on a terminal" },
  flags: {
    template: choice(TEMPLATES, {
      help: "A small app in TypeScript or Python, or an example; asked for on a terminal, else typescript",
    }),
    publisher: text({
      placeholder: "NAME",
      help: "Who makes the app; your user name unless told",
    }),
    framework: text({ placeholder: "NAME", help: "", refused: "name a --template instead" }),
    username: text({ placeholder: "NAME", help: "", refused: "name a --publisher instead" }),
  },
  examples: [
    { for: "Make an app in TypeScript", line: "$ my-app --template typescript" },
    {
      for: "Make one of an example: real data about people, with differential privacy",
      line: "$ my-app --template tabular",
    },
    { for: "Make one in Python, in somebody's name", line: "$ my-app --template python --publisher acme" },
  ],
}, async ({ flags, words }, env) => {
  const app = await complete({ name: words[0], ...flags }, env);
  const folder = resolvePath(env, app.name);
  await writeApp(folder, { app, env });
  env.stdout(success(app, { folder, run: env.calledAs.replace(/new$/, "run") }));
  return 0;
});

/** Finds out what was not said. @throws {UserError} for what cannot be, or cannot be asked */
async function complete(
  given: { name?: string; template?: Template; publisher?: string },
  env: Env,
): Promise<NewApp> {
  refuse(given.name === undefined ? undefined : wrongName(given.name));
  refuse(given.publisher === undefined ? undefined : wrongPublisher(given.publisher));
  const questions = Questions.possible(env) ? new Questions(env) : undefined;
  const name = given.name ?? await questions?.ask("Name of the app", { check: wrongName });
  if (name === undefined) {
    throw new UsageError("Cannot make an app without a name", `For instance: ${env.calledAs} my-app`);
  }
  const template = given.template ?? await questions?.ask(`Template, ${listed(TEMPLATES)}`, {
    fallback: TEMPLATES[0],
    check: (answer) => TEMPLATES.includes(answer as Template) ? undefined : "There is no such template",
  });
  return {
    name,
    template: template as Template | undefined ?? TEMPLATES[0],
    publisher: given.publisher ?? userName(env),
  };
}

function refuse(wrong: string | undefined): void {
  if (wrong !== undefined) throw new UserError(wrong);
}

function wrongName(name: string): string | undefined {
  if (name.startsWith("@")) {
    return `Cannot fetch "${name}" as corolla cannot reach the app hub yet: fetch it with Flower's own ` +
      "`flwr new`, or make an app of your own with a plain name such as my-app";
  }
  if (isAppName(name)) return undefined;
  return `Cannot use "${name}" as the name of an app: it must be a letter, then letters, digits and hyphens, at ` +
    "most 32 in all";
}

/** It becomes a part of file names, between dots. */
function wrongPublisher(publisher: string): string | undefined {
  if (/^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u.test(publisher)) return undefined;
  return `Cannot use "${publisher}" as a publisher: it must be letters, digits, hyphens and underscores, and ` +
    "begin with a letter or digit";
}

/** The user's name in the form that a publisher's must have. */
function userName(env: Env): string {
  const name = env.get("USER") || env.get("LOGNAME") || env.get("USERNAME") || "";
  return name.replace(/[^\p{L}\p{N}_-]+/gu, "-").replace(/^[_-]+|[_-]+$/g, "") || "anonymous";
}

async function writeApp(folder: string, { app, env }: { app: NewApp; env: Env }): Promise<void> {
  const kind = await env.files.kind(folder);
  const taken = kind !== undefined && !(kind === "folder" && (await env.files.list(folder)).length === 0);
  if (taken) {
    throw new UserError(`Cannot make "${folder}" as it is there already: nothing was changed`, {
      hint: "Use another name, or another working folder",
    });
  }
  const files = await appFiles(app.template, app);
  const newFiles = [...files].map(([path, content]) => ({
    path: join(folder, path),
    content,
    secret: false,
  }));
  try {
    await writeNewFiles(env, newFiles, "Use another name, or another working folder");
  } catch (error) {
    // Why the app could not be made is what the user must read, whatever comes of tidying up.
    if (kind === undefined) await env.files.remove(folder).catch(() => {});
    throw error;
  }
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

const SERVER_NEEDS = "pip install flwr==1.32.1 numpy    (on the PATH of the SuperLink, for the ServerApp)";

/** What is said of each template, and what must be there before it runs. */
const NEWS: Readonly<Record<Template, { kind: string; install?: string; simulated?: boolean }>> = {
  typescript: { kind: "TypeScript app" },
  python: {
    kind: "Python app",
    install: "pip install -e .    (wherever the app runs: beside the SuperLink and on every node)",
  },
  digits: { kind: "example app digits, as", simulated: true },
  tabular: { kind: "example app tabular, as", simulated: true },
  "secure-aggregation": { kind: "example app secure-aggregation, as", install: SERVER_NEEDS },
  "python-server": { kind: "example app python-server, as", install: SERVER_NEEDS },
};

function success(app: NewApp, { folder, run }: { folder: string; run: string }): string {
  const { kind, install, simulated } = NEWS[app.template];
  const [connection, what] = simulated
    ? [
      "local",
      "local is the connection that simulates nodes on this machine; README.md says what else there is.",
    ]
    : [
      "local-deployment",
      "local-deployment is the connection to a SuperLink on this machine; README.md says how to start one.",
    ];
  const next = [`cd ${app.name}`, ...install ? [install] : [], `${run} . ${connection} --stream`];
  return `Made the ${kind} ${app.publisher}/${app.name} in ${folder}\n\n` +
    `Next:\n${next.map((line) => `  ${line}\n`).join("")}\n${what}\n`;
}
