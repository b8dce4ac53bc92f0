import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { refusalHint } from "./fence_refusal.ts";

const plan = { read: ["/usr", "/data/granted"], write: ["/scratch/1"] };
const OF = "given by the operator of this machine";

const LANDLOCK: [string, string | undefined][] = [
  [
    "PermissionError: [Errno 13] Permission denied: '/data/x.csv'",
    `The fence around apps (Landlock) keeps apps from /data/x.csv: --allow-app-read /data/x.csv grants it (--allow-app-write, to change it), ${OF}`,
  ],
  [
    `ServerApp failed with exception: [Errno 13] Permission denied: "/data/it's"`,
    `The fence around apps (Landlock) keeps apps from /data/it's: --allow-app-read /data/it's grants it (--allow-app-write, to change it), ${OF}`,
  ],
  [
    "PermissionError: [Errno 13] Permission denied: '/data/granted/new'",
    `The fence around apps (Landlock) keeps apps from /data/granted/new: apps may read it; --allow-app-write /data/granted/new lets them change it, ${OF}`,
  ],
  ["PermissionError: [Errno 13] Permission denied: '/scratch/1/locked'", undefined],
  [
    "urllib.error.URLError: <urlopen error [Errno 13] Permission denied>",
    "The fence around apps (Landlock) refuses every connection but the one to AppIo, and every file that was not " +
    `granted: --allow-app-net HOST:PORT grants a connection, --allow-app-read PATH a file, ${OF}`,
  ],
  [
    "socket.gaierror: [Errno -3] Temporary failure in name resolution",
    "The fence around apps (Landlock) keeps apps from looking up names: --allow-app-net HOST:PORT grants a host by " +
    `its name, ${OF}`,
  ],
  ["FileNotFoundError: [Errno 2] No such file or directory: '/data/x.csv'", undefined],
  ["ValueError: something else", undefined],
];

const BUBBLEWRAP: [string, string | undefined][] = [
  [
    "FileNotFoundError: [Errno 2] No such file or directory: '/data/x.csv'",
    `The fence around apps (bubblewrap) hides /data/x.csv from apps, if it is there: --allow-app-read /data/x.csv grants it (--allow-app-write, to change it), ${OF}`,
  ],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'x.csv'", undefined],
  ["FileNotFoundError: [Errno 2] No such file or directory: '/data/granted/x.csv'", undefined],
  [
    "OSError: [Errno 30] Read-only file system: '/data/granted/new'",
    `The fence around apps (bubblewrap) keeps apps from /data/granted/new: apps may read it; --allow-app-write /data/granted/new lets them change it, ${OF}`,
  ],
  ["PermissionError: [Errno 13] Permission denied", undefined],
  ["socket.gaierror: [Errno -3] Temporary failure in name resolution", undefined],
];

for (const [kind, cases] of [["landlock", LANDLOCK], ["bubblewrap", BUBBLEWRAP]] as const) {
  for (const [line, hint] of cases) {
    Deno.test(`${kind}: "${line}" ${hint ? "names the flag" : "is nothing that a fence did"}`, () =>
      assertEquals(refusalHint(line, { kind, plan }), hint));
  }
}

Deno.test("whatever an app writes, what is said about it is one short line that commands no terminal", () => {
  const path = fc.string({ unit: "binary", maxLength: 2_000 });
  fc.assert(fc.property(path, fc.constantFrom("landlock" as const, "bubblewrap" as const), (path, kind) => {
    const hint = refusalHint(`PermissionError: [Errno 13] Permission denied: '${path}'`, { kind, plan });
    if (hint === undefined) return;
    assert(hint.length < 1_000);
    // deno-lint-ignore no-control-regex -- they are what is looked for
    assert(!/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(hint));
  }));
});
