import { FabError } from "./error.ts";
import type { TomlTable } from "./toml.ts";
import { PathPatterns } from "./wildmatch.ts";

/** Which kinds of file an app is made of. */
interface Kinds {
  /** What may be published at all. */
  readonly publish: readonly string[];
  /** What goes into the archive. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const TEXT_KINDS = ["py", "toml", "md", "yaml", "yml", "json", "jsonl"];
/** Beside the kinds of a Python app; only apps with a TypeScript component have them. */
const TYPESCRIPT_KINDS = ["ts", "mts", "js", "mjs", "wasm"];
const BUILT_IN_EXCLUDE = [
  ".flwr/**",
  "**/__pycache__/**",
  "pyproject.toml",
  "**/*_test.py",
  "**/test_*.py",
  "build/**",
  "eggs/**",
  ".eggs/**",
  "lib/**",
  "lib64/**",
  "parts/**",
  "*.egg",
  ".venv/**",
  "env/**",
  "venv/**",
  "ENV/**",
  "env.bak/**",
  "venv.bak/**",
];
/** Declarations are for editors and checkers: what runs never needs them. */
const TYPESCRIPT_EXCLUDE = [
  "**/*_test.ts",
  "**/*.d.ts",
  "**/*.d.mts",
  "node_modules/**",
  "deno.json",
  "package.json",
  "tsconfig.json",
];
const MOST_FOLDERS = 10;

function kindsFor(typescript: boolean): Kinds {
  const kinds = [...TEXT_KINDS, ...(typescript ? TYPESCRIPT_KINDS : [])].map((kind) => `**/*.${kind}`);
  return {
    publish: [...kinds, "/.gitignore", "**/.editorconfig", "/LICENSE", "/LICENSE.md"],
    include: [...kinds, "/LICENSE"],
    exclude: [...BUILT_IN_EXCLUDE, ...(typescript ? TYPESCRIPT_EXCLUDE : [])],
  };
}

/** How files are chosen. */
export interface Selection {
  /** Whether a component of the app is TypeScript. */
  readonly typescript?: boolean;
}

/**
 * The files that may leave the folder: known kinds that the root `.gitignore` does not name.
 * @param gitignore the text of the root `.gitignore`; undefined when there is none or it is not UTF-8
 */
export function publishable(
  paths: readonly string[],
  gitignore?: string,
  selection: Selection = {},
): string[] {
  const kinds = new PathPatterns(kindsFor(selection.typescript ?? false).publish);
  const never = new PathPatterns([".flwr/**", "**/__pycache__/**"]);
  const ignored = new PathPatterns((gitignore ?? "").split(/\r\n|\r|\n/).map((line) => line.trim()));
  return paths.filter((path) => kinds.matches(path) && !never.matches(path) && !ignored.matches(path));
}

/**
 * The files of a FAB beside `pyproject.toml`, from those that are publishable.
 * @param app the table `[tool.flwr.app]`, for `fab-include` and `fab-exclude`
 * @throws {FabError} for patterns that are wrong, match nothing or ask for files a FAB cannot hold
 */
export function bundled(paths: readonly string[], app: TomlTable, selection: Selection = {}): string[] {
  const kinds = kindsFor(selection.typescript ?? false);
  const chosen = byUserPatterns(paths, app);
  const include = new PathPatterns(kinds.include);
  const exclude = new PathPatterns(kinds.exclude);
  if (hasUserPatterns(app)) {
    refuseConflicts(chosen.filter((path) => !include.matches(path)));
  }
  return chosen.filter((path) => include.matches(path) && !exclude.matches(path));
}

/** @throws {FabError} for a path in more than ten folders */
export function refuseTooDeep(paths: readonly string[]) {
  const deep = paths.find((path) => path.split("/").length - 1 > MOST_FOLDERS);
  if (deep !== undefined) {
    throw new FabError(
      `'${deep}' in the project exceeds the maximum directory depth of ${MOST_FOLDERS}. ` +
        "Consider refactoring your project structure to reduce nesting.",
    );
  }
}

/** What is wrong with `fab-include` and `fab-exclude`; empty when nothing is. */
export function patternErrors(app: TomlTable): string[] {
  return ["fab-include", "fab-exclude"].flatMap((key) => {
    const value = app[key];
    const subject = `Property "${key}" in [tool.flwr.app]`;
    if (value === undefined) return [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      return [`${subject} must be a list of strings.`];
    }
    if (value.length === 0) {
      return [
        `${subject} must not be an empty list. Remove the key to use built-in defaults, or specify at least one pattern.`,
      ];
    }
    return value.some((item) => item.trim() === "")
      ? [`${subject} must be a list of non-empty strings.`]
      : [];
  });
}

function hasUserPatterns(app: TomlTable): boolean {
  return app["fab-include"] !== undefined || app["fab-exclude"] !== undefined;
}

function byUserPatterns(paths: readonly string[], app: TomlTable): readonly string[] {
  const [error] = patternErrors(app);
  if (error) throw new FabError(error);
  const include = patternsOf("fab-include", app, paths);
  const exclude = patternsOf("fab-exclude", app, paths);
  return paths.filter((path) => (include?.matches(path) ?? true) && !exclude?.matches(path));
}

function patternsOf(key: string, app: TomlTable, paths: readonly string[]): PathPatterns | undefined {
  const lines = app[key] as string[] | undefined;
  for (const line of lines ?? []) {
    const pattern = new PathPatterns([line]);
    if (!paths.some((path) => pattern.matches(path))) {
      throw new FabError(
        `Pattern in "${key}" did not match any files: "${line}". Correct the pattern or remove it.`,
      );
    }
  }
  return lines && new PathPatterns(lines);
}

function refuseConflicts(paths: readonly string[]) {
  if (paths.length === 0) return;
  throw new FabError(
    `${paths.length} file(s) matched "fab-include" but were removed by non-overridable built-in FAB constraints. ` +
      `Remove the conflicting patterns from "fab-include".\n\nAffected files:\n` +
      paths.map((path) => `- ${path}`).join("\n"),
  );
}
