/**
 * A transcript: command lines with what they wrote and how they ended, and the files they started from.
 *
 *     # a comment
 *     @app print hello          (something that happens beside the commands; see `world.ts`)
 *     $ corolla flwr list       (a command)
 *     | text on standard output
 *     ! text on standard error
 *     = 1                       (the status, when it is not 0)
 *
 *     -- home/config.toml --    (a file, up to the next one)
 *     [superlink]
 */
export interface Transcript {
  readonly steps: readonly Step[];
  /** Contents by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** One piece of a transcript in its order. */
export type Step =
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "event"; readonly words: readonly string[]; readonly text: string }
  | {
    readonly kind: "command";
    readonly words: readonly string[];
    readonly text: string;
    readonly outcome: string;
  };

/** Reads a transcript. */
export function parseTranscript(text: string): Transcript {
  const [script, ...rest] = text.split(/^-- (.+) --\n/m);
  const files = new Map<string, string>();
  for (let at = 0; at < rest.length; at += 2) files.set(rest[at], rest[at + 1]);
  const steps: Step[] = [];
  for (const line of script.replace(/\n+$/, "").split("\n")) {
    const last = steps.at(-1);
    if (line.startsWith("$ ")) {
      steps.push({ kind: "command", words: wordsOf(line.slice(2)), text: line, outcome: "" });
    } else if (/^[|!=]/.test(line) && last?.kind === "command") {
      steps[steps.length - 1] = { ...last, outcome: `${last.outcome}${line}\n` };
    } else if (line.startsWith("@")) {
      steps.push({ kind: "event", words: wordsOf(line.slice(1)), text: line });
    } else steps.push({ kind: "comment", text: line });
  }
  return { steps, files };
}

/** Writes a transcript as {@link parseTranscript} reads it. */
export function formatTranscript({ steps, files }: Transcript): string {
  const script = steps.map((step) =>
    step.kind === "command" ? `${step.text}\n${step.outcome}` : `${step.text}\n`
  );
  const sections = [...files].map(([path, content]) => `-- ${path} --\n${content}`);
  return script.join("") + (sections.length > 0 ? "\n" + sections.join("") : "");
}

/** How a command ended, as it stands in a transcript. */
export function outcomeText(outcome: { out: string; err: string; status: number }): string {
  const lines = (text: string, prefix: string) =>
    text.replace(/\n$/, "").split("\n").map((line) => `${prefix}${line}`.trimEnd() + "\n").join("");
  return [
    outcome.out ? lines(outcome.out, "| ") : "",
    outcome.err ? lines(outcome.err, "! ") : "",
    outcome.status === 0 ? "" : `= ${outcome.status}\n`,
  ].join("");
}

/** Words of a line; quotes keep blanks together. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_all, a, b) => a ?? b));
}
