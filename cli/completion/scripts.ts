/** The shells that can be told. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of {@link SHELLS}. */
export type Shell = typeof SHELLS[number];

/**
 * A script that makes a shell ask the program what may stand at the cursor; see `answer.ts`.
 * @param names the commands that it is for
 */
export function completionScript(shell: Shell, names: readonly string[]): string {
  return WRITERS[shell](names);
}

const WRITERS: Readonly<Record<Shell, (names: readonly string[]) => string>> = { bash, zsh, fish };

function bash(names: readonly string[]): string {
  return `# Completion of ${names.join(", ")} in bash.
_corolla_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" current="\${COMP_WORDS[COMP_CWORD]}" typed cut word about
  # bash takes = and : for ends of words; what stands before them must not be repeated.
  [[ $current == [=:] ]] && current=""
  typed="\${line##*[[:space:]]}"
  cut="\${typed%"$current"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    case "$word" in
      :files|:folders)
        compopt -o filenames 2>/dev/null
        [[ $word == :files ]] && word=-f || word=-d
        while IFS= read -r about; do COMPREPLY+=("$about"); done < <(compgen "$word" -- "$current") ;;
      *) COMPREPLY+=("\${word#"$cut"}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete line "$line" 2>/dev/null)
}
complete -F _corolla_complete ${names.join(" ")}
`;
}

function zsh(names: readonly string[]): string {
  return `#compdef ${names.join(" ")}
# Completion of ${names.join(", ")} in zsh.
_corolla_complete() {
  local -a found
  local line word about paths=""
  for line in "\${(@f)$("\${words[1]}" __complete words "\${(@Q)words[1,CURRENT]}" 2>/dev/null)}"; do
    word="\${line%%$'\\t'*}"
    about="\${line#*$'\\t'}"
    case "$word" in
      "") ;;
      :files|:folders) paths="$word" ;;
      *) found+=("\${word//:/\\\\:}:$about") ;;
    esac
  done
  (( \${#found} )) && _describe 'what fits' found
  [[ -n "$paths" ]] && compset -P '--*='
  case "$paths" in
    :files) _files ;;
    :folders) _files -/ ;;
  esac
}
if [[ "\${funcstack[1]}" == _* ]]; then
  _corolla_complete "$@"
else
  compdef _corolla_complete ${names.join(" ")}
fi
`;
}

function fish(names: readonly string[]): string {
  return `# Completion of ${names.join(", ")} in fish.
function __corolla_complete
  set -l tokens (commandline -opc)
  set -l current (commandline -ct)
  for line in ($tokens[1] __complete words $tokens $current 2>/dev/null)
    switch $line
      case :files :folders
        set -l prefix (string match -r -- '^--[^=]*=' $current)
        set -l path (string replace -r -- '^--[^=]*=' '' $current)
        for found in (__fish_complete_path $path)
          test $line = :folders; and not string match -qr -- '/(\\t|$)' $found; and continue
          printf '%s%s\\n' "$prefix" $found
        end
      case '*'
        printf '%s\\n' $line
    end
  end
end
${names.map((name) => `complete -c ${name} -f -a '(__corolla_complete)'`).join("\n")}
`;
}
