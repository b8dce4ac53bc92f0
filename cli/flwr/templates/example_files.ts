import denoJson from "./typescript/app_deno.json" with { type: "text" };
import gitignore from "./python/gitignore.txt" with { type: "text" };
import types from "./typescript/types/corolla.d.ts" with { type: "text" };

/** An example of this repository, as it stands in its folder. */
export interface Example {
  /** Its `pyproject.toml`. */
  readonly project: string;
  /** Its other files by path: all that its README speaks of. */
  readonly files: Readonly<Record<string, string>>;
  /** npm packages that its scripts import, by name, with their versions; its components import none. */
  readonly scriptPackages?: Readonly<Record<string, string>>;
}

/** The files of a new app that is made of an example: its own, with what editors need, and another's name in it. */
export function exampleFiles({ project, files, scriptPackages = {} }: Example): Record<string, string> {
  return {
    "pyproject.toml": project
      .replace(/^name = ".*"$/m, 'name = "{{name}}"')
      .replace(/^publisher = ".*"$/m, 'publisher = "{{publisher}}"'),
    ...files,
    "deno.json": withImports(scriptPackages),
    "types/corolla.d.ts": types,
    ".gitignore": gitignore,
  };
}

function withImports(packages: Readonly<Record<string, string>>): string {
  const names = Object.entries(packages);
  if (names.length === 0) return denoJson;
  const settings = JSON.parse(denoJson);
  for (const [name, version] of names) settings.imports[name] = `npm:${name}@${version}`;
  return JSON.stringify(settings, null, 2) + "\n";
}
