import { command } from "../command.ts";
import { UsageError } from "../config/flags.ts";
import { completionScript, type Shell, SHELLS } from "./scripts.ts";

/** `corolla completion SHELL [NAME...]`. */
export const completion = command({
  summary:
    "Print a script with which a shell completes commands, flags, files and the names of SuperLinks when Tab is pressed.",
  words: [SHELLS.join("|"), "[NAME...]"],
  wordHelp: {
    "[NAME...]":
      "What the program is also called on this machine, such as flwr or flower-superlink (links to it)",
  },
  flags: {},
  examples: [
    { for: "In bash: add it to ~/.bashrc", line: "source <($ bash)" },
    { for: "In zsh: add it to ~/.zshrc, behind compinit", line: "source <($ zsh)" },
    { for: "In fish, once", line: "$ fish > ~/.config/fish/completions/corolla.fish" },
    {
      for: "For its other names, too",
      line: "source <($ bash corolla flwr flower-superlink flower-supernode)",
    },
  ],
}, ({ words: [shell, ...names] }, env) => {
  env.stdout(completionScript(shellFrom(shell), names.length > 0 ? names.map(checkedName) : ["corolla"]));
  return Promise.resolve(0);
});

/** One of the shells. @throws {UsageError} */
export function shellFrom(typed: string): Shell {
  const shell = SHELLS.find((known) => known === typed);
  if (shell) return shell;
  throw new UsageError(`Cannot complete in "${typed}": the shell must be ${SHELLS.join(" or ")}`);
}

/** A name becomes part of a script. @throws {UsageError} when it is no plain word */
function checkedName(name: string): string {
  if (/^[\w.][\w.-]*$/.test(name)) return name;
  throw new UsageError(
    `Cannot use "${name}" as a name: it must be letters, digits, dots, dashes and underscores`,
  );
}
