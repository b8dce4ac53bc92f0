import { commands } from "./commands.ts";

/** The words that a program name stands for: `flower-superlink` is `superlink`, `flwr` is `flwr`, ours is none. */
export function wordsOf(programName: string): string {
  const byName = Object.entries(commands).find(([, command]) => command.programName === programName);
  return byName?.[0] ?? (programName === "flwr" ? "flwr" : "");
}

/** The words with one more; `ls` is another word for `list` wherever there is one. */
export function oneMore(words: string, word: string): string {
  const known = word === "ls" && words.startsWith("flwr") ? "list" : word;
  return `${words} ${known}`.trim();
}

/** Whether the words are a command or lead to one. */
export function leadSomewhere(words: string): boolean {
  return words === "" || Object.keys(commands).some((key) => key === words || key.startsWith(`${words} `));
}

/** The next words after `words`, each with the summary of what it is or of those it leads to. */
export function namesUnder(words: string): [name: string, summary: string][] {
  const prefix = words ? `${words} ` : "";
  const rows = new Map<string, string>();
  for (const [key, command] of Object.entries(commands)) {
    if (!key.startsWith(prefix) || command.hidden) continue;
    const [name, ...more] = key.slice(prefix.length).split(" ");
    if (more.length === 0) rows.set(name, command.summary);
    else if (!rows.has(name)) rows.set(name, aboutGroup(`${prefix}${name}`));
  }
  return [...rows];
}

/** What words that only lead to other words are about. */
export function aboutGroup(words: string): string {
  return words === "" ? "corolla: federated learning, wire-compatible with Flower" : GROUPS[words] ?? "";
}

/** What can be asked behind words that only lead to other words, and what it does. */
export function flagsUnder(words: string): [flag: string, about: string][] {
  return [...FLAGS[words] ?? [], ["-h, --help", "Show this text"]];
}

const FLAGS: Readonly<Record<string, [string, string][]>> = {
  "": [["-V, --version", "Show the version"]],
  "flwr": [
    ["-V, --version", "Show which release of Flower this stands for"],
    ["--install-completion [SHELL]", "Have your shell complete commands, flags and names with Tab"],
    ["--show-completion [SHELL]", "Print what that would install; SHELL is bash, zsh or fish"],
  ],
};

/** Command lines to begin with, without the words that lead there. */
export function firstSteps(words: string): readonly string[] {
  return FIRST_STEPS[words] ?? [];
}

const FIRST_STEPS: Readonly<Record<string, readonly string[]>> = {
  "": ["demo"],
  "flwr": ["new my-app", "run my-app local-deployment --stream", "ls local-deployment"],
  "flwr supernode": ["register keys/client_credentials_1.pub", "list"],
  "flwr federation": ["list"],
};

const GROUPS: Readonly<Record<string, string>> = {
  "flwr": "Start, watch and stop runs; manage SuperNodes (type `flwr --help`)",
  "flwr app": "Publish and review apps on Flower Hub",
  "flwr config": "Look at config.toml",
  "flwr supernode": "Manage SuperNodes",
  "flwr federation": "Manage federations",
  "flwr federation invite": "Invite accounts to federations",
};
