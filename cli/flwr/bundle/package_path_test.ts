import { assertEquals } from "@std/assert";
import { packagePlace, plainPath, withPlainPaths } from "./package_path.ts";

Deno.test("a file belongs to the innermost package that it lies in", () => {
  const places = {
    "node_modules/a/x/y.js": ["node_modules/a", "a"],
    "../../node_modules/@a/b/x.js": ["../../node_modules/@a/b", "@a/b"],
    "node_modules/a/node_modules/b/x.js": ["node_modules/a/node_modules/b", "b"],
    "node_modules/.deno/a@1/node_modules/a/x.js": ["node_modules/.deno/a@1/node_modules/a", "a"],
    "client.ts": undefined,
    "../linked/x.js": undefined,
    "my_node_modules/a/x.js": undefined,
  };
  for (const [path, expected] of Object.entries(places)) {
    const place = packagePlace(path);
    assertEquals(place && [place.folder, place.name], expected, path);
  }
});

Deno.test("packages are called as npm lays them, by their paths and in bundles", () => {
  const stored = "node_modules/.deno/@a+b@1.2.3_c@4/node_modules/@a/b/node_modules/d/x.js";
  const plain = "node_modules/@a/b/node_modules/d/x.js";
  assertEquals(plainPath(stored), plain);
  assertEquals(plainPath(`../${stored.replace(".deno", ".pnpm")}`), `../${plain}`);
  assertEquals(plainPath(plain), plain);
  const bundle = (path: string) =>
    `// ${path}\nvar x = __commonJS({\n  "${path}"(exports) {\n    // ../${path}\n  }\n});\n`;
  assertEquals(withPlainPaths(bundle(stored)), bundle(plain));
  const code = `var path = "${stored}"; // ${stored}\n`;
  assertEquals(withPlainPaths(code), code);
});
