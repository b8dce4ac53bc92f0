import { basename } from "node:path";

/**
 * A module that does what an import of WebAssembly does in Deno, with the bytes inside: it gives the module what it
 * imports, and exports what it exports.
 * @param path of the file that holds the bytes
 */
export async function wasmModule(bytes: Uint8Array<ArrayBuffer>, path: string): Promise<string> {
  const module = await WebAssembly.compile(bytes);
  const sources = [...new Set(WebAssembly.Module.imports(module).map(({ module }) => module))];
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  const quoted = (text: string) => JSON.stringify(text);
  return [
    `import bytes from ${quoted(`./${basename(path)}`)} with { type: "bytes" };`,
    ...sources.map((source, i) => `import * as import${i} from ${quoted(source)};`),
    `const imports = { ${sources.map((source, i) => `${quoted(source)}: import${i}`).join(", ")} };`,
    "const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);",
    ...names.map((name, i) => `const export${i} = exports[${quoted(name)}];`),
    `export { ${names.map((name, i) => `export${i} as ${quoted(name)}`).join(", ")} };`,
  ].join("\n");
}

/** The folder of a package's script. */
export interface Beside {
  /** What the script may think it is called. */
  readonly folder: string;
  /** The bytes of a file in it, by its path from the script; undefined when there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
}

/**
 * A script in which the address of a WebAssembly file beside it, `new URL("x.wasm", import.meta.url)`, is an address
 * that holds the file's bytes.
 */
export async function embeddedUrls(script: string, beside: Beside): Promise<string> {
  const address = /\bnew URL\(\s*(["'])([^"'\n]+\.wasm)\1\s*,\s*import\.meta\.url\s*\)/g;
  const data = await filesNamed([...script.matchAll(address)].map(([, , name]) => name), beside);
  return script.replace(address, (all, _quote, name) => {
    const content = data.get(name);
    return content === undefined ? all : `new URL("data:application/wasm;base64,${content}")`;
  });
}

/** Whether a script looks for WebAssembly in its folder as Node's scripts do. */
export function readsBeside(script: string): boolean {
  return /\b__dirname\b/.test(script) && /\brequire\(/.test(script);
}

/** A module that is the runtime's `fs`, but that it holds the WebAssembly files which a script names. */
export async function filesModule(script: string, beside: Beside): Promise<string> {
  const names = [...script.matchAll(/[\w@.-]+\.wasm\b/g)].map(([name]) => name);
  const data = [...await filesNamed(names, beside)];
  const files = Object.fromEntries(data.map(([name, content]) => [`${beside.folder}/${name}`, content]));
  return `
const fs = process.getBuiltinModule("node:fs");
const files = ${JSON.stringify(files)};
function readFileSync(path, ...rest) {
  const content = files[String(path).replaceAll("\\\\", "/")];
  return content === undefined ? fs.readFileSync(path, ...rest) : Buffer.from(content, "base64");
}
module.exports = { ...fs, readFileSync };
`;
}

/** The files that there are, base64 by name. */
async function filesNamed(names: readonly string[], beside: Beside): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of new Set(names)) {
    const bytes = await beside.read(name);
    if (bytes) found.set(name, bytes.toBase64());
  }
  return found;
}
