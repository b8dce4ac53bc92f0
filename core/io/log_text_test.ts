import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { consoleLog } from "./log.ts";
import { logText } from "./log_text.ts";

Deno.test("log text: nobody can forge a log line or command a terminal", () => {
  const table: [said: string, shown: string][] = [
    ["Invalid node ID", "Invalid node ID"],
    ["x\nINFO :      Run 1 finished", "x\n    INFO :      Run 1 finished"],
    ["x\r\nERROR :     gone", "x\n    ERROR :     gone"],
    ["x\rINFO :      hidden", "x\\u000dINFO :      hidden"],
    ["\u001b[2J\u001b]0;title\u0007", "\\u001b[2J\\u001b]0;title\\u0007"],
    ["a\tb", "a\tb"],
    ["\u009b31m and \u0000 and \u2028", "\\u009b31m and \\u0000 and \\u2028"],
    ["Grüße, 漢字 🌺", "Grüße, 漢字 🌺"],
  ];
  for (const [said, shown] of table) assertEquals(logText(said), shown);
});

Deno.test("log text: whatever is said, one call makes one line that begins with its level", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (said) => {
    let written = "";
    consoleLog({ colour: false, write: (line) => written += line }).info(said);
    const [first, ...rest] = written.split("\n").slice(0, -1);
    assert(first.startsWith("INFO :"));
    for (const line of rest) assert(line.startsWith("    "), JSON.stringify(written));
    // deno-lint-ignore no-control-regex -- they are what must not be there
    assert(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(written));
  }));
});
