import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "smol-toml";
import { withConnections } from "./config_edit.ts";

const BEFORE = `# mine
[superlink]
default = "local" # for now

[superlink.local]
address = ":local:"
options.num-supernodes = 10

[other]
keep = [1, 2]
`;

const read = (text: string) => structuredClone(parse(text)) as Record<string, Record<string, unknown>>;

Deno.test("a new connection is written behind what is there, and nothing else changes", () => {
  const sections = { remote: { address: "x:1", insecure: true, options: { "num-supernodes": 3n } } };
  const after = withConnections(BEFORE, { sections });
  assertEquals(after.startsWith(BEFORE.trimEnd()), true);
  assertEquals(read(after).superlink.remote, {
    address: "x:1",
    insecure: true,
    options: { "num-supernodes": 3 },
  });
  assertEquals(withConnections(after, { sections }), after);
});

Deno.test("a new default is written where the old one stood", () => {
  const after = withConnections(BEFORE, { sections: { a: { address: "x:1" } }, defaultName: "a" });
  assertEquals(read(after).superlink.default, "a");
  assertStringIncludes(after, '# mine\n[superlink]\ndefault = "a"\n\n[superlink.local]');
});

Deno.test("a default is added where there was none", () => {
  const sections = { "with blank": { address: "x:1" } };
  for (const before of ["", "[superlink]\n", "[superlink.z]\naddress = 'y:1'\n", "x = 1\n"]) {
    const after = read(withConnections(before, { sections, defaultName: "with blank" }));
    assertEquals(after.superlink.default, "with blank");
    assertEquals(after.superlink["with blank"], { address: "x:1" });
    assertEquals(after.x, read(before).x);
  }
});

Deno.test("a connection that is replaced leaves the others as they were", () => {
  const after = withConnections(BEFORE, { sections: { local: { address: "x:1", ratio: 1 } } });
  assertEquals(read(after), {
    superlink: { default: "local", local: { address: "x:1", ratio: 1 } },
    other: { keep: [1, 2] },
  } as never);
  assertStringIncludes(after, "ratio = 1.0");
});
