import { assertEquals } from "@std/assert";
import { failureFrom } from "./failure.ts";

const table: [type: string, message: string, said: string][] = [
  [
    "NotCapable",
    'Requires read access to "/keys/node", run again with the --allow-read flag',
    'Requires read access to "/keys/node", which the operator of this daemon grants with --allow-app-read',
  ],
  [
    "NotCapable",
    'Requires net access to "example.org:443", specify the required permissions during compilation using `deno compile --allow-net`',
    'Requires net access to "example.org:443", which the operator of this daemon grants with --allow-app-net',
  ],
  [
    "NotCapable",
    'Requires run access to "/bin/sh", run again',
    'Requires run access to "/bin/sh", which no app is given',
  ],
  [
    "NotCapable",
    "Requires env access, run again with --allow-env",
    "Requires env access, which no app is given",
  ],
  [
    "PermissionDenied",
    "Permission denied (os error 13): open '/x'",
    "Permission denied (os error 13): open '/x' (the fence around apps refused it, or the system: see --allow-app-read and its like)",
  ],
  ["TypeError", 'Requires read access to "/x", they say', 'Requires read access to "/x", they say'],
  ["Error", "bad weights", "bad weights"],
];

for (const [type, message, said] of table) {
  Deno.test(`failure: ${type}: ${message} is told as what it is`, () => {
    assertEquals(failureFrom({ type, message }), { type, message: said });
    const stack = `${type}: ${message}\n    at app.ts:1:1`;
    assertEquals(failureFrom({ type, message, stack }), {
      type,
      message: said,
      stack: `${type}: ${said}\n    at app.ts:1:1`,
    });
  });
}
