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

Deno.test("on a narrow terminal cells break at blanks and long words are cut, but not what names the row", () => {
  const env = fakeEnv({ terminal: true, columns: 36, variables: { NO_COLOR: "1" } });
  const rows = [...TABLE.rows, ["8", "unbreakable-text"]];
  assertEquals(
    renderTable({ ...TABLE, rows }, env),
    `┏━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓
┃                      ┃  Status   ┃
┃        Run ID        ┃ Changed @ ┃
┡━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩
│ 16901547746574173273 │ 2026-11-… │
│                      │ 04:56:10Z │
├──────────────────────┼───────────┤
│ 7                    │ N/A       │
├──────────────────────┼───────────┤
│ 8                    │ unbreaka… │
└──────────────────────┴───────────┘
`,
  );
});

Deno.test("a terminal that is narrower than the first column changes nothing in it", () => {
  const env = fakeEnv({ terminal: true, columns: 10, variables: { NO_COLOR: "1" } });
  const text = renderTable({ rows: [["16901547746574173273", "abcdefgh"]] }, env);
  assertEquals(text.split("\n")[1], "│ 16901547746574173273 │ abc… │");
});

Deno.test("colours stand on a terminal only, and not when NO_COLOR is set", () => {
  const escapes = (text: string) => text.includes("\x1b[");
  assertEquals(escapes(renderTable(TABLE, fakeEnv())), false);
  assertEquals(escapes(renderTable(TABLE, fakeEnv({ terminal: true }))), true);
  assertEquals(escapes(renderTable(TABLE, fakeEnv({ terminal: true, variables: { NO_COLOR: "1" } }))), false);
});
