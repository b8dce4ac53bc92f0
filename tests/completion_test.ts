import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { completionScript, type Shell } from "../cli/completion/scripts.ts";

/*
 * The scripts of `corolla completion`, in the shells themselves: the program is asked for real, and what the shell
 * makes of its answer is looked at. A shell that is not on this machine is left out.
 */

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

/** A folder with a `corolla`, a config.toml, the script, and something to complete. */
interface Place {
  readonly folder: string;
  readonly script: string;
}

async function shellSays(shell: Shell, code: string, place: Place): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(shell, {
    args: [...shell === "zsh" ? ["-f"] : [], "-c", code],
    cwd: place.folder,
    env: {
      ...{ FLWR_HOME: place.folder, XDG_CONFIG_HOME: place.folder, TERM: "dumb" },
      PATH: `${place.folder}/bin:${Deno.env.get("PATH")}`,
    },
    signal: AbortSignal.timeout(30_000),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${shell}: ${text(stderr)}${text(stdout)}`);
  return text(stdout);
}

async function inPlace(shell: Shell, work: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const deno = `${Deno.execPath()} run --no-prompt --cached-only --allow-all`;
  await Deno.mkdir(`${folder}/bin`);
  await Deno.mkdir(`${folder}/wide folder`);
  await Deno.writeTextFile(`${folder}/wide.db`, "");
  await Deno.writeTextFile(`${folder}/bin/corolla`, `#!/bin/sh\nexec ${deno} ${MAIN} "$@"\n`, {
    mode: 0o755,
  });
  await Deno.writeTextFile(`${folder}/config.toml`, '[superlink]\n[superlink.lab]\naddress = "a:1"\n');
  const script = `${folder}/script`;
  await Deno.writeTextFile(script, completionScript(shell, ["corolla"]));
  try {
    await work({ folder, script });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function isThere(shell: Shell): boolean {
  try {
    return new Deno.Command(shell, { args: ["-c", "exit 0"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** In a zsh with a terminal of its own, Tab lists what would be offered. */
const ZSH_PROBE = `
_probe() {
  compadd() {
    local -a hits
    [[ " $* " == *" -"[OAD]" "* ]] && { builtin compadd "$@"; return }
    builtin compadd -O hits "$@"
    (( $#hits )) && print -rl -- "HIT:"\${^hits}
  }
  _main_complete
  print DO""NE
}
zle -C probe complete-word _probe
bindkey "^I" probe
print NO""W
`;

/** Command lines up to the cursor, and what is offered there by each shell alike. */
const LINES: Record<string, string[]> = {
  "corolla superl": ["superlink"],
  "corolla superlink --isolation ": ["process", "subprocess"],
  "corolla flwr ls ": ["lab"],
  "corolla superlink --database wi": ["wide folder", "wide.db"],
};

Deno.test({
  name: "bash completes words, values, names, files, and what stands behind = and :",
  ignore: !isThere("bash"),
  fn: () =>
    inPlace("bash", async (place) => {
      // The words as readline takes them apart: = and : are words of their own.
      const ask = (line: string, words: string[]) =>
        shellSays(
          "bash",
          `source ${place.script}; compopt() { :; }
           COMP_LINE=$'${line}'; COMP_POINT=\${#COMP_LINE}
           COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
           _corolla_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
          place,
        ).then((said) => said.trimEnd().split("\n").sort());
      for (const [line, expected] of Object.entries(LINES)) {
        assertEquals(await ask(line, line.split(" ")), expected, line);
      }
      assertEquals(
        await ask("corolla superlink --isolation=pr", ["corolla", "superlink", "--isolation", "=", "pr"]),
        [
          "process",
        ],
      );
      assertEquals(
        await ask("corolla superlink --isolation=", ["corolla", "superlink", "--isolation", "="]),
        [
          "process",
          "subprocess",
        ],
      );
      assertEquals(
        await ask("corolla superlink --database=wide.", ["corolla", "superlink", "--database", "=", "wide."]),
        [
          "wide.db",
        ],
      );
    }),
});

Deno.test({
  name: "zsh completes words, values, names and files",
  ignore: !isThere("zsh"),
  fn: () =>
    inPlace("zsh", async (place) => {
      await Deno.writeTextFile(`${place.folder}/probe`, ZSH_PROBE);
      const ask = async (line: string) => {
        const said = await shellSays(
          "zsh",
          `zmodload zsh/zpty; zpty z 'zsh -f -i'
           zpty -w z 'autoload -Uz compinit; compinit -u -D; source ${place.script}; source ${place.folder}/probe'
           zpty -r -m z said '*NOW*' && zpty -w -n z ${quoted(line)}$'\\t'
           zpty -r -m z said '*DONE*'; print -r -- $said`,
          place,
        );
        return [...new Set([...said.matchAll(/HIT:([^\r\n]*)/g)].map(([, hit]) => hit.replaceAll("\\", "")))]
          .sort();
      };
      for (const [line, expected] of Object.entries(LINES)) assertEquals(await ask(line), expected, line);
      assertEquals(await ask("corolla superlink --isolation=p"), ["--isolation=process"]);
    }),
});

Deno.test({
  name: "fish completes words, values, names and files",
  ignore: !isThere("fish"),
  fn: () =>
    inPlace("fish", async (place) => {
      const ask = async (line: string) => {
        const said = await shellSays("fish", `source ${place.script}; complete -C ${quoted(line)}`, place);
        return said.trimEnd().split("\n").map((found) => found.split("\t")[0].replace(/\/$/, "")).sort();
      };
      for (const [line, expected] of Object.entries(LINES)) assertEquals(await ask(line), expected, line);
      assertEquals(await ask("corolla superlink --isolation=p"), ["--isolation=process"]);
      assertEquals(await ask("corolla superlink --database=wide."), ["--database=wide.db"]);
    }),
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
