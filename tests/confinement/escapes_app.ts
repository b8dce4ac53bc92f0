/** The app that tries to get out of a compartment, and what is to be seen of it. */
import { assert, assertEquals } from "@std/assert";

const FOLDER = new URL("./apps/escapes/", import.meta.url);

/** What no app was given. */
export const SECRET = "that no app was given";

/**
 * Modules that a linter would not let through, and that import what is not theirs.
 * @param path of a file that the app was not given
 */
const MADE = (path: string): Readonly<Record<string, string>> => ({
  "file.js": `import got from ${JSON.stringify(path)};\nexport default got;\n`,
  "text.js": `import got from ${
    JSON.stringify(`file://${encodeURI(path)}`)
  } with { type: "text" };\nexport default got;\n`,
  "node.js": `import vm from "node:vm";\nexport default vm.runInThisContext("1");\n`,
  "exported.js": `export * from "node:child_process";\n`,
  "deferred.js": `export default (await_ => await_.then((vm) => vm.default))(import.defer("node:vm"));
import.defer("node:vm").then((vm) => { throw new Error(vm.default) }, () => {});\nexport * from "node:vm";\n`,
  "source.js": `import source got from ${JSON.stringify(path)};\nexport default got;\n`,
  "equals.js": `const got = require("node:fs").readFileSync(${
    JSON.stringify(path)
  }, "utf8");\nmodule.exports = got;\n`,
  "html.js":
    `<!-- globalThis.html = 2; import("node:vm")\nglobalThis.html = 1;\n--> globalThis.html = 3; import("node:vm")\n`,
});

/** The app's files by path. @param keyPath a file that the app was not given */
export async function escapesApp(keyPath: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(FOLDER)) {
    files[name] = await Deno.readTextFile(new URL(name, FOLDER));
  }
  for (const [name, text] of Object.entries(MADE(keyPath))) files[`made/${name}`] = text;
  return files;
}

/** How often an attempt may be counted on. */
const AT_LEAST = 1_200;

/** Every attempt came to nothing, and nothing was seen. @param lines of one who tried */
export function onlyHeld(lines: readonly string[]): void {
  assert(lines.length >= AT_LEAST, `only ${lines.length} attempts: ${lines.slice(-3).join("\n")}`);
  assertEquals(lines.filter((line) => line.includes(SECRET) || !/: (nothing$|refused: )/.test(line)), []);
}
