import { assertEquals } from "@std/assert";
import { moduleTroubles } from "./python_modules.ts";

const FILES = {
  "pkg/__init__.py": "",
  "pkg/server.py": "from flwr.serverapp import ServerApp\n\napp = ServerApp()\n",
  "pkg/inner/__init__.py": "from .deep import *\n",
  "top.py": "wrapper = object()\n",
};

const cases: [string, string, string | undefined, boolean?][] = [
  ["a module of a package", "pkg.server:app", undefined],
  ["a module by itself", "top:wrapper.app", undefined],
  ["a package that brings all of another module", "pkg.inner:app", undefined],
  ["TypeScript, which the build itself looks for", "./server.ts:app", undefined],
  [
    "a module that is not in its package",
    "pkg.client:app",
    "The serverapp of the app is in the module pkg.client, which is not in the app",
    true,
  ],
  [
    "a module that may be installed",
    "other.server:app",
    "The serverapp of the app is in the module other.server, which is not in the app: it must be installed wherever the app runs",
    false,
  ],
  [
    "an attribute that is not there",
    "pkg.server:application",
    'The serverapp of the app is "pkg.server:application", but the module pkg.server has no "application"',
    true,
  ],
  [
    "an attribute that is only a part of a name",
    "pkg.server:ap",
    'The serverapp of the app is "pkg.server:ap", but the module pkg.server has no "ap"',
    true,
  ],
];

for (const [name, serverapp, text, isCertain = false] of cases) {
  Deno.test(`Python modules of an app: ${name}`, () => {
    const files = new Map(
      Object.entries(FILES).map(([path, text]) => [path, new TextEncoder().encode(text)]),
    );
    const expected = text === undefined ? [] : [{ text, isCertain }];
    assertEquals(moduleTroubles({ components: { serverapp }, files }), expected);
  });
}
