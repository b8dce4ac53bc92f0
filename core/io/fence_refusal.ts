import type { FenceKind } from "./fence_command.ts";
import type { FencePlan } from "./fence_plan.ts";

/** The fence that somebody may have run into. It can be posted to a Worker. */
export interface FenceAround {
  readonly kind: FenceKind;
  /** What it lets through. */
  readonly plan: Pick<FencePlan, "read" | "write">;
}

/**
 * What Python says when the system refuses a file or a connection. A path that is written to where all is read-only
 * has a number of its own; what bubblewrap hides is not there at all.
 */
const REFUSED =
  /\[Errno (2|13|30)\] (?:No such file or directory|Permission denied|Read-only file system)(?:: (['"])(.*?)\2)?/;
const [NOT_THERE, READ_ONLY] = ["2", "30"];

/** What Python says when a name cannot be looked up. */
const UNFOUND = /\[Errno -[23]\] (?:Temporary failure in name resolution|Name or service not known)/;

/** Longer paths are no help. */
const LONGEST_PATH = 300;

/**
 * What is to be said of a line that a Python app wrote, if it tells of a refusal that the fence may be behind: which
 * fence, and with which flag the operator grants it. Undefined for every other line.
 */
export function refusalHint(line: string, { kind, plan }: FenceAround): string | undefined {
  const fence = kind === "landlock" ? "Landlock" : "bubblewrap";
  const found = REFUSED.exec(line);
  if (!found) return UNFOUND.test(line) ? lookUpHint(kind) : undefined;
  const [, number, , written] = found;
  if (written === undefined) return number === "13" && kind === "landlock" ? connectHint() : undefined;
  const path = shown(written);
  if (within(path, plan.write)) return undefined;
  const isHidden = number === NOT_THERE;
  // Only bubblewrap hides, and only what has a place outside.
  if (isHidden && (kind !== "bubblewrap" || !path.startsWith("/") || within(path, plan.read))) {
    return undefined;
  }
  const grant = within(path, plan.read) || number === READ_ONLY
    ? `apps may read it; --allow-app-write ${path} lets them change it`
    : `--allow-app-read ${path} grants it (--allow-app-write, to change it)`;
  const what = isHidden ? `hides ${path} from apps, if it is there` : `keeps apps from ${path}`;
  return `The fence around apps (${fence}) ${what}: ${grant}, given by the operator of this machine`;
}

function connectHint(): string {
  return "The fence around apps (Landlock) refuses every connection but the one to AppIo, and every file that was " +
    "not granted: --allow-app-net HOST:PORT grants a connection, --allow-app-read PATH a file, given by the " +
    "operator of this machine";
}

/** Names are looked up by datagrams, which bubblewrap leaves alone. */
function lookUpHint(kind: FenceKind): string | undefined {
  if (kind !== "landlock") return undefined;
  return "The fence around apps (Landlock) keeps apps from looking up names: --allow-app-net HOST:PORT grants a " +
    "host by its name, given by the operator of this machine";
}

function within(path: string, granted: readonly string[]): boolean {
  return granted.some((each) => path === each || path.startsWith(`${each}/`));
}

/** The app chose this text: it may not give commands to a terminal, nor begin another line. */
function shown(path: string): string {
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return path.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "?").slice(0, LONGEST_PATH);
}
