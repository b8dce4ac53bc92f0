/** What apps are written with explains itself. Its examples run in `deno task docs`. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

/** A name that `mod.ts` exports, as `deno doc --json` has it. */
interface Symbol {
  readonly name: string;
  readonly declarations: readonly { readonly jsDoc?: { doc?: string; tags?: readonly Tag[] } }[];
}

interface Tag {
  readonly kind: string;
  readonly doc?: string;
}

async function symbols(): Promise<Symbol[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "mod.ts"],
    cwd: fileURLToPath(new URL("../", import.meta.url)),
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  return Object.values(nodes as Record<string, { symbols: Symbol[] }>).flatMap((file) => file.symbols);
}

const isExample = ({ kind, doc = "" }: Tag) => kind === "example" && /^```ts\n[^]*from "corolla";/m.test(doc);

Deno.test("every name that mod.ts exports is described, with an example to paste", async () => {
  const all = await symbols();
  assertEquals(all.length > 100, true);
  const comments = (symbol: Symbol) => symbol.declarations.map(({ jsDoc }) => jsDoc);
  const undescribed = all.filter((symbol) => !comments(symbol).some((comment) => comment?.doc?.trim()));
  assertEquals(undescribed.map(({ name }) => name), []);
  const without = all.filter((symbol) => !comments(symbol).some((comment) => comment?.tags?.some(isExample)));
  assertEquals(without.map(({ name }) => name), []);
});
