/** What names stand for, as the `imports` of a `deno.json` say. */
export type ImportMap = Readonly<Record<string, string>>;

/**
 * Reads `imports` of a `deno.json`, which may hold comments. Without any they are empty.
 * @throws {SyntaxError} when it is no JSON
 */
export function readImports(text: string): ImportMap {
  const { imports = {} } = JSON.parse(plainJson(text)) ?? {};
  const entries = Object.entries(imports).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
  return Object.fromEntries(entries);
}

/** What an import map makes of a specifier; undefined when it says nothing about it. */
export function mapped(specifier: string, imports: ImportMap): string | undefined {
  if (Object.hasOwn(imports, specifier)) return imports[specifier];
  const [prefix] = Object.keys(imports)
    .filter((name) => name.endsWith("/") && specifier.startsWith(name))
    .sort((a, b) => b.length - a.length);
  return prefix === undefined ? undefined : imports[prefix] + specifier.slice(prefix.length);
}

/** JSON without comments and trailing commas. */
function plainJson(text: string): string {
  const withoutComments = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "$1");
  return withoutComments.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, "$1");
}
