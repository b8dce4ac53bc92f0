import ts from "typescript";

/** A name that a declaration uses, and where in its file it stands. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What the compiler declares in one file: statements by name, and what the file imports or passes on. */
interface DeclarationFile {
  readonly source: ts.SourceFile;
  readonly own: ReadonlyMap<string, Declaration>;
  /** Local or exported name -> the file and the name there. */
  readonly from: ReadonlyMap<string, { readonly path: string; readonly name: string }>;
}

/** The declarations of a module and of all it imports. */
export class Declarations {
  readonly #files: ReadonlyMap<string, DeclarationFile>;

  constructor(files: ReadonlyMap<string, DeclarationFile>) {
    this.#files = files;
  }

  /** A file by its absolute path. @throws {Error} when it was not read */
  file(path: string): DeclarationFile {
    const file = this.#files.get(path);
    if (!file) throw new Error(`Cannot find the declarations of ${path}`);
    return file;
  }

  /** What a name means in a file; undefined for globals. */
  resolve(path: string, name: string): Declaration | undefined {
    const { own, from } = this.file(path);
    const next = from.get(name);
    return own.get(name) ?? (next && this.resolve(next.path, next.name));
  }
}

/** One named statement of a declaration file. All overloads of a function are one. */
export class Declaration {
  readonly #nodes: readonly ts.Statement[];

  constructor(readonly path: string, readonly name: string, nodes: readonly ts.Statement[]) {
    this.#nodes = nodes;
  }

  /** Whether there is something of this name when the program runs. */
  get isValue(): boolean {
    return !this.#nodes.every((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node));
  }

  /** The names it uses, its type parameters left out, in the order in which they stand. */
  references(): Reference[] {
    return this.#nodes.flatMap(referencesIn);
  }

  /**
   * Its text.
   * @param rename gives the new name of what a name refers to
   * @param options.open whether it is exported where it stands
   */
  text(rename: Rename, { open }: { open: boolean }): string {
    return this.#nodes.map((node) => textOf(node, { rename, open })).join("\n");
  }
}

type Rename = (name: string) => string | undefined;

/** Lets the compiler declare a module and everything it imports. @throws {Error} when it cannot */
export function readDeclarations(entry: string): Declarations {
  const texts = emitted(entry);
  const files = new Map<string, DeclarationFile>();
  for (const [path, text] of texts) files.set(path, readFile(path, text));
  return new Declarations(files);
}

function emitted(entry: string): Map<string, string> {
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    types: [],
    strict: true,
    declaration: true,
    emitDeclarationOnly: true,
    allowImportingTsExtensions: true,
    newLine: ts.NewLineKind.LineFeed,
  });
  const [problem] = program.getDeclarationDiagnostics();
  if (problem) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, "\n"));
  const texts = new Map<string, string>();
  program.emit(undefined, (_path, text, _bom, _onError, sources) => texts.set(sources![0].fileName, text));
  return texts;
}

function readFile(path: string, text: string): DeclarationFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const nodes = new Map<string, ts.Statement[]>();
  const from = new Map<string, { path: string; name: string }>();
  for (const statement of source.statements) {
    for (const [local, name, specifier] of passedOn(statement)) {
      from.set(local, { path: new URL(specifier, `file://${path}`).pathname, name });
    }
    const name = nameOf(statement);
    if (name !== undefined) nodes.set(name, [...nodes.get(name) ?? [], statement]);
  }
  const own = new Map([...nodes].map(([name, list]) => [name, new Declaration(path, name, list)]));
  return { source, own, from };
}

/** The names that a statement brings in or passes on: here, there, and where "there" is. */
function passedOn(statement: ts.Statement): [string, string, string][] {
  const clause = ts.isImportDeclaration(statement)
    ? statement.importClause?.namedBindings
    : ts.isExportDeclaration(statement)
    ? statement.exportClause
    : undefined;
  if (!clause || !(ts.isNamedImports(clause) || ts.isNamedExports(clause))) return [];
  const { moduleSpecifier } = clause.parent.kind === ts.SyntaxKind.ImportClause
    ? clause.parent.parent as ts.ImportDeclaration
    : clause.parent as ts.ExportDeclaration;
  if (!moduleSpecifier) return [];
  const specifier = (moduleSpecifier as ts.StringLiteral).text;
  return clause.elements.map((element) => [
    element.name.text,
    (element.propertyName ?? element.name).text,
    specifier,
  ]);
}

function nameOf(statement: ts.Statement): string | undefined {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0].name.getText();
  return (statement as ts.DeclarationStatement).name?.getText();
}

function referencesIn(statement: ts.Statement): Reference[] {
  const found: Reference[] = [];
  const visit = (node: ts.Node, shadowed: ReadonlySet<string>) => {
    if (ts.isImportTypeNode(node)) {
      throw new Error(`Cannot bundle a type that is not written down: ${statement.getText()}`);
    }
    const inner = withTypeParameters(node, shadowed);
    const name = referenceAt(node);
    if (name && !inner.has(name.text)) {
      found.push({ name: name.text, start: name.getStart(), end: name.getEnd() });
    }
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(statement, new Set());
  return found;
}

function withTypeParameters(node: ts.Node, shadowed: ReadonlySet<string>): ReadonlySet<string> {
  const { typeParameters = [] } = node as { typeParameters?: readonly ts.TypeParameterDeclaration[] };
  const own = ts.isMappedTypeNode(node)
    ? [node.typeParameter]
    : ts.isInferTypeNode(node)
    ? []
    : typeParameters;
  return own.length === 0 ? shadowed : new Set([...shadowed, ...own.map(({ name }) => name.text)]);
}

/** The name by which a node refers to a declaration. */
function referenceAt(node: ts.Node): ts.Identifier | undefined {
  if (ts.isTypeReferenceNode(node)) return leftmost(node.typeName);
  if (ts.isTypeQueryNode(node)) return leftmost(node.exprName);
  if (ts.isExpressionWithTypeArguments(node)) return leftmost(node.expression);
  if (ts.isComputedPropertyName(node)) return leftmost(node.expression);
  return undefined;
}

function leftmost(node: ts.Node): ts.Identifier | undefined {
  if (ts.isIdentifier(node)) return node;
  if (ts.isQualifiedName(node)) return leftmost(node.left);
  return ts.isPropertyAccessExpression(node) ? leftmost(node.expression) : undefined;
}

function textOf(statement: ts.Statement, { rename, open }: { rename: Rename; open: boolean }): string {
  const text = statement.getSourceFile().text;
  let body = "";
  let at = statement.getStart();
  for (const { name, start, end } of [declaredAt(statement), ...referencesIn(statement)]) {
    body += text.slice(at, start) + (rename(name) ?? name);
    at = end;
  }
  body = (body + text.slice(at, statement.getEnd())).replace(/^(export |declare )+/, "");
  const erased = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  return `${commentOf(statement)}${open ? "export " : ""}${erased ? "" : "declare "}${body}`;
}

function declaredAt(statement: ts.Statement): Reference {
  const node = ts.isVariableStatement(statement)
    ? statement.declarationList.declarations[0].name
    : (statement as ts.DeclarationStatement).name!;
  return { name: node.getText(), start: node.getStart(), end: node.getEnd() };
}

/** The doc comment that stands right above a statement. */
function commentOf(statement: ts.Statement): string {
  const text = statement.getSourceFile().text;
  const ranges = ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [];
  const last = ranges.at(-1);
  const comment = last && text.slice(last.pos, last.end);
  return comment?.startsWith("/**") && !comment.includes("@module") ? `${comment}\n` : "";
}
