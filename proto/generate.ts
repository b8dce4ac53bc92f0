/**
 * Turns the .proto files of `flwr/`, `flwr_1_14/` and `health/` into `generated/`: `deno task proto`. With `--check`
 * nothing is written, and the exit code is 1 when the committed files are not what the .proto files say.
 *
 * @module
 */
import protobuf from "protobufjs";
import { typescript } from "./typescript.ts";

const outputs = new URL("./generated/", import.meta.url);

/** Generated file name -> the text that belongs into it. Throws when a .proto file cannot be understood. */
export async function generate(): Promise<Map<string, string>> {
  const [flwr, legacy] = [await parseAll("flwr"), await parseAll("flwr_1_14")];
  return new Map([
    ["flwr.json", descriptors(flwr)],
    ["flwr.ts", typescript(flwr.lookup("flwr.proto") as protobuf.Namespace)],
    ["flwr_1_14.json", descriptors(legacy)],
    ["flwr_1_14.ts", typescript(legacy.lookup("flwr.proto") as protobuf.Namespace)],
    ["health.json", descriptors(await parseAll("health"))],
  ]);
}

function descriptors(root: protobuf.Root): string {
  return JSON.stringify(root.toJSON({ keepComments: false }), null, 1) + "\n";
}

/** Names of the files in `generated/` that are missing or differ from `expected`. */
export async function stale(expected: Map<string, string>): Promise<string[]> {
  const names: string[] = [];
  for (const [name, text] of expected) {
    const committed = await Deno.readTextFile(new URL(name, outputs)).catch(() => undefined);
    if (committed !== text) names.push(name);
  }
  return names;
}

/** Everything that the .proto files of one folder say. */
async function parseAll(folder: "flwr" | "flwr_1_14" | "health"): Promise<protobuf.Root> {
  const sources = new URL(`./${folder}/`, import.meta.url);
  const root = new protobuf.Root();
  const files = (await Array.fromAsync(Deno.readDir(sources), (entry) => entry.name))
    .filter((name) => name.endsWith(".proto")).sort();
  for (const name of files) {
    const text = await Deno.readTextFile(new URL(name, sources));
    const options = { keepCase: true, alternateCommentMode: true };
    const { imports = [] } = protobuf.parse(text, root, options);
    // One root holds all files, so protobufjs itself would never miss an import.
    const missing = imports.find((path) => !files.includes(path));
    if (missing) throw new Error(`Cannot import ${missing} in ${name}: there is no such file beside it`);
  }
  root.resolveAll();
  return root;
}

async function main(args: string[]): Promise<number> {
  const expected = await generate();
  const outdated = await stale(expected);
  if (args.includes("--check")) {
    if (outdated.length === 0) return 0;
    console.error(
      `Stale: ${outdated.join(", ")} in proto/generated. Run "deno task proto" and commit the result.`,
    );
    return 1;
  }
  for (const name of outdated) await Deno.writeTextFile(new URL(name, outputs), expected.get(name)!);
  console.error(outdated.length ? `Wrote ${outdated.join(", ")}.` : "Already up to date.");
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
