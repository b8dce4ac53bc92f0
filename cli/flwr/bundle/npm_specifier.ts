/**
 * Whether a module may import a package: something other than its neighbours, what the runtime has, and "corolla".
 * It errs on the side of yes, for a comment may look like an import; it never misses one whose name is written out.
 */
export function mayImportPackage(source: string): boolean {
  const gap = String.raw`(?:\s|\(|/\*[\s\S]*?\*/|//[^\n]*\n)*`;
  const imports = source.matchAll(
    new RegExp(String.raw`(?<![.$])\b(?:from|import|require)\b${gap}["'\`]([^"'\`\n]+)`, "g"),
  );
  return imports.some(([, specifier]) => isPackage(specifier));
}

/** Whether a specifier names neither a file, nor something on the web, nor a part of the runtime. */
function isPackage(specifier: string): boolean {
  if (specifier === "corolla") return false;
  return !/^(\.{0,2}\/|\.{1,2}$|(?!npm:|jsr:)[a-z][a-z+.-]*:)/i.test(specifier);
}

/**
 * The name under which `node_modules` has what an `npm:` specifier asks for, such as `npm:ml-matrix@^6.15.1/src/x.js`;
 * undefined when it is none.
 */
export function npmName(specifier: string): string | undefined {
  const [, name, path = ""] = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?(\/.*)?$/.exec(specifier) ?? [];
  return name && name + path;
}

/** The package that a specifier without `npm:` leads into: `@scope/name` of `@scope/name/file.js`. */
export function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
