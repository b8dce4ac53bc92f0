/**
 * The import rule of the repository, as a test. Each row names a folder (or one file) and what it may
 * import besides itself; the first matching row wins, so a file's row stands above its folder's.
 */
const PORTS = "core/io/ports.ts";
const MIDDLE = [
  "core/model",
  "core/rules",
  "core/wire",
  "core/rpc",
  "core/auth",
  "core/store",
  PORTS,
  "proto",
];
const MAY_IMPORT: Record<string, readonly string[]> = {
  "proto": [],
  "core/std": [],
  "core/model": [],
  [PORTS]: ["core/model"],
  "core/rules": ["core/model"],
  "core/wire": ["core/model", "proto"],
  "core/rpc": [PORTS],
  "core/store": ["core/model", PORTS],
  "core/auth": ["core/model", "core/wire", "core/rpc", "core/store", PORTS],
  "core/io": [PORTS, "core/model", "core/rpc"],
  "core/superlink": MIDDLE,
  "core/supernode": MIDDLE,
  "core/superexec": MIDDLE,
  "core/app": MIDDLE,
  "core/simulation": [...MIDDLE, "core/app"],
  "core/strategy": ["core/model", "core/app"],
  "mod.ts": ["core/model", "core/app", "core/strategy"],
  "cli": [
    "core/std",
    "core/model",
    "core/io",
    "core/rules",
    "core/wire",
    "core/rpc",
    "core/store",
    "core/auth",
    "core/superlink",
    "core/supernode",
    "core/superexec",
    "core/app",
    "core/simulation",
    "core/strategy",
    PORTS,
    "mod.ts",
    "proto",
  ],
};

const root = new URL("../", import.meta.url).href;
const specifiers = /(?:\bfrom|\bimport|\bnew URL)\s*\(?\s*["']([^"'\n]+\.ts|corolla)["']/g;

/** The row that a file or a specifier's target falls under; a package's name falls under none. */
function rowOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).find((row) => path === row || path.startsWith(row + "/"));
}

function targetOf(specifier: string, file: string): string | undefined {
  if (specifier === "corolla") return "mod.ts";
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  return new URL(specifier, root + file).href.slice(root.length);
}

async function sources(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(dir, root))) {
    const path = dir + entry.name;
    if (entry.isDirectory) found.push(...await sources(path + "/"));
    else if (/\.tsx?$/.test(path) && !/_test\.ts$|\.d\.ts$/.test(path)) found.push(path);
  }
  return found;
}

/** Templates are text that becomes a user's app: their imports are not ours. */
const isOurs = (file: string) => !file.startsWith("cli/flwr/templates/");

async function* importsOf(file: string): AsyncGenerator<string> {
  const text = await Deno.readTextFile(new URL(file, root));
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|`[^`]*`/gm, "");
  for (const [, specifier] of code.matchAll(specifiers)) {
    const target = targetOf(specifier, file);
    // Programs of the examples are started, never imported.
    if (target !== undefined && !target.startsWith("examples/")) yield target;
  }
}

Deno.test("every import goes down the layers", async () => {
  const folders = await Promise.all(["core/", "cli/", "proto/"].map(sources));
  const files = ["mod.ts", ...folders.flat()].filter(isOurs);
  const wrong: string[] = [];
  for (const file of files) {
    const from = rowOf(file);
    if (!from) {
      wrong.push(`${file} (no row)`);
      continue;
    }
    for await (const target of importsOf(file)) {
      const to = rowOf(target);
      if (to !== from && !(to && MAY_IMPORT[from].includes(to))) wrong.push(`${file} -> ${target}`);
    }
  }
  if (files.length < 20) throw new Error(`Cannot judge the layers: found only ${files.length} files`);
  if (wrong.length) throw new Error(`Cannot import upwards:\n${wrong.join("\n")}`);
});
