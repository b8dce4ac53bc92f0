import { assertEquals } from "@std/assert";
import { fakeEnv } from "../tests/fakes/env.ts";
import { renderTable } from "./table.ts";

const TABLE = {
  head: ["Run ID", "Status Changed @"],
  rows: [["16901547746574173273", "2026-11-23 04:56:10Z"], ["7", { text: "N/A", style: "green" as const }]],
};

Deno.test("a table has a heavy head and a line between rows", () => {
  assertEquals(
    renderTable(TABLE, fakeEnv()),
    `┏━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┓
┃        Run ID        ┃   Status Changed @   ┃
┡━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━┩
│ 16901547746574173273 │ 2026-11-23 04:56:10Z │
├──────────────────────┼──────────────────────┤
│ 7                    │ N/A                  │
└──────────────────────┴──────────────────────┘
`,
  );
});

Deno.test("a table of names and values has neither", () => {
  assertEquals(
    renderTable({ rows: [["Run ID", "7"], ["App", "@a/b"]] }, fakeEnv()),
    `┌────────┬──────┐
│ Run ID │ 7    │
│ App    │ @a/b │
└────────┴──────┘
`,
  );
});

Deno.test("a table without rows is its head", () => {
  assertEquals(
    renderTable({ title: "Nothing", head: ["A", "B"], rows: [] }, fakeEnv()),
    ` Nothing
┏━━━┳━━━┓
┃ A ┃ B ┃
┡━━━╇━━━┩
└───┴───┘
`,
  );
});

Deno.test("on a narrow terminal cells break at blanks and long words are cut", () => {
  const env = fakeEnv({ terminal: true, columns: 33, variables: { NO_COLOR: "1" } });
  assertEquals(
    renderTable(TABLE, env),
    `┏━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃               ┃    Status     ┃
┃    Run ID     ┃   Changed @   ┃
┡━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ 1690154774657…│ 2026-11-23    │
│               │ 04:56:10Z     │
├───────────────┼───────────────┤
│ 7             │ N/A           │
└───────────────┴───────────────┘
`.replace("1690154774657…│", "169015477465… │"),
  );
});

Deno.test("colours stand on a terminal only, and not when NO_COLOR is set", () => {
  const escapes = (text: string) => text.includes("\x1b[");
  assertEquals(escapes(renderTable(TABLE, fakeEnv())), false);
  assertEquals(escapes(renderTable(TABLE, fakeEnv({ terminal: true }))), true);
  assertEquals(escapes(renderTable(TABLE, fakeEnv({ terminal: true, variables: { NO_COLOR: "1" } }))), false);
});
