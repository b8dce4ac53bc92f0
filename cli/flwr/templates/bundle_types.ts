/**
 * Makes one declaration file of a module and all it imports, for editors that have nothing but that file.
 *
 * The compiler writes the declarations of each file; here those that the entry's exports lead to are put one after
 * the other. What is not exported stays a name of the file's own.
 *
 * @module
 */
import ts from "typescript";
import { type Declaration, type Declarations, readDeclarations } from "./declarations.ts";

/** One exported name, and what it is called where it is declared. */
interface Export {
  readonly declaration: Declaration;
  readonly name: string;
  /** Exported as a type although it is a value too. */
  readonly typeOnly: boolean;
}

/**
 * The declarations of everything that a module exports, as the text of one file.
 * @param entry absolute path of a TypeScript module that only re-exports
 * @throws {Error} when a declaration cannot stand in one file: its type is not written down, or names clash
 */
export function bundleTypes(entry: string): string {
  const files = readDeclarations(entry);
  const exported = exportsOf(entry, files);
  const order = reachable(exported.map(({ declaration }) => declaration), files);
  const names = namesFor(order, exported);
  refuseCaptures(order, { files, names });
  const closed = new Set(exported.filter(({ typeOnly, declaration }) => typeOnly && declaration.isValue));
  const open = new Set(exported.filter((one) => !closed.has(one)).map(({ declaration }) => declaration));
  const parts = order.map((declaration) => {
    const rename = (name: string) => names.get(files.resolve(declaration.path, name)!);
    return indentedByTwo(declaration.text(rename, { open: open.has(declaration) }));
  });
  const types = [...closed].map(({ name }) => name).join(", ");
  return [...parts, types ? `export type { ${types} };` : "export {};"].join("\n\n") + "\n";
}

function indentedByTwo(text: string): string {
  return text.replace(/^( {4})+/gm, (indent) => " ".repeat(indent.length / 2));
}

function exportsOf(entry: string, files: Declarations): Export[] {
  const { source } = files.file(entry);
  return source.statements.flatMap((statement) => {
    const clause = ts.isExportDeclaration(statement) && statement.exportClause;
    if (!clause || !ts.isNamedExports(clause)) {
      throw new Error(`Cannot bundle ${entry} as it must only re-export names: ${statement.getText()}`);
    }
    return clause.elements.map((element) => ({
      declaration: files.resolve(entry, element.name.text)!,
      name: element.name.text,
      typeOnly: statement.isTypeOnly || element.isTypeOnly,
    }));
  });
}

/** The declarations, and behind them those they need, each once. */
function reachable(start: readonly Declaration[], files: Declarations): Declaration[] {
  const order = new Set(start);
  for (const declaration of order) {
    for (const { name } of declaration.references()) {
      const needed = files.resolve(declaration.path, name);
      if (needed) order.add(needed);
    }
  }
  return [...order];
}

/** What each declaration is called in the one file. */
function namesFor(order: readonly Declaration[], exported: readonly Export[]): Map<Declaration, string> {
  const names = new Map(exported.map(({ declaration, name }) => [declaration, name]));
  if (names.size < exported.length) throw new Error("Cannot bundle one declaration under two names");
  const taken = new Set(names.values());
  for (const declaration of order) {
    if (names.has(declaration)) continue;
    let name = declaration.name;
    while (taken.has(name)) name = `${name}_`;
    names.set(declaration, name);
    taken.add(name);
  }
  return names;
}

/** In one file, a name that meant a global in another must not become one of ours. */
function refuseCaptures(
  order: readonly Declaration[],
  { files, names }: { files: Declarations; names: ReadonlyMap<Declaration, string> },
): void {
  const ours = new Set(names.values());
  for (const declaration of order) {
    for (const { name } of declaration.references()) {
      if (ours.has(name) && !files.resolve(declaration.path, name)) {
        throw new Error(
          `Cannot bundle "${declaration.name}" of ${declaration.path} as its "${name}" is a global: a declaration ` +
            "of that name would take its place",
        );
      }
    }
  }
}
