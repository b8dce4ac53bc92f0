import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "smol-toml";
import { oldFederations, withoutFederations } from "./old_federations.ts";

const PROJECT = `[project]
name = "demo" # a demo

[tool.flwr.app]
publisher = "me"

[tool.flwr.federations]
default = "local-simulation"

[tool.flwr.federations.local-simulation]
options.num-supernodes = 10
unknown = true

[tool.flwr.federations.remote]
address = "example.org:9093"
root-certificates = "./certs/ca.crt"

[tool.flwr.federations.home]
address = "example.org:9093"
root-certificates = "~/ca.crt"
insecure = false

[tool.other]
list = [
  [1],
]
`;
const PLACE = { folder: "/apps/demo", home: "/home/me" };

Deno.test("an app's old table of SuperLinks is read as connections", () => {
  const found = structuredClone(oldFederations(PROJECT, PLACE));
  assertEquals(found, {
    defaultName: "local-simulation",
    sections: {
      "local-simulation": { options: { "num-supernodes": 10n }, address: ":local:" },
      remote: { address: "example.org:9093", "root-certificates": "/apps/demo/certs/ca.crt" },
      home: { address: "example.org:9093", "root-certificates": "/home/me/ca.crt", insecure: false },
    },
  });
});

for (const text of ["", "[project]\nname = 'x'", "no toml", "[tool.flwr]\nfederations = 3"]) {
  Deno.test(`there is no old table in ${JSON.stringify(text)}`, () => {
    assertEquals(oldFederations(text, PLACE), undefined);
  });
}

Deno.test("a default that is not among them is none", () => {
  const text = `[tool.flwr.federations]\ndefault = "x"\n[tool.flwr.federations.y]\naddress = "z:1"\n`;
  assertEquals(oldFederations(text, PLACE)?.defaultName, undefined);
});

Deno.test("the old table becomes a comment, and only it", () => {
  const after = withoutFederations(PROJECT)!;
  assertStringIncludes(after, '\n# [tool.flwr.federations.remote]\n# address = "example.org:9093"\n');
  assertStringIncludes(after, 'name = "demo" # a demo\n');
  assertEquals(
    parse(after).tool,
    parse(PROJECT.replace(/\[tool\.flwr\.fed[^]*(?=\[tool\.other\])/, "")).tool,
  );
  assertEquals(oldFederations(after, PLACE), undefined);
  assertEquals(withoutFederations(after), after);
});

Deno.test("line ends stay as they are", () => {
  const after = withoutFederations(PROJECT.replaceAll("\n", "\r\n"))!;
  assertStringIncludes(after, '# default = "local-simulation"\r\n');
});

for (
  const text of [
    `[tool.flwr]\nfederations.default = "a"\nfederations.a.address = "x:1"\n`,
    `[tool]\nflwr = {federations = {a = {address = "x:1"}}}\n`,
  ]
) {
  Deno.test(`an old table that is not written in lines of its own is left: ${JSON.stringify(text)}`, () => {
    assertEquals(withoutFederations(text), undefined);
  });
}
