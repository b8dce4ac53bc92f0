import { assertEquals } from "@std/assert";
import { consoleLog, type ConsoleLogOptions } from "./log.ts";

function lines(options: ConsoleLogOptions): string[] {
  const written: string[] = [];
  const log = consoleLog({
    ...options,
    write: (line) => written.push(line),
    now: () => new Date(2026, 10, 22, 18, 10, 51, 17),
  });
  log.debug("looked");
  log.info("Starting Flower SuperLink");
  log.warn("careful");
  log.error("broken");
  return written;
}

Deno.test("lines look like Flower's, byte for byte", () => {
  assertEquals(lines({}), [
    "\x1b[92mINFO \x1b[0m:      Starting Flower SuperLink\n",
    "\x1b[93mWARNING \x1b[0m:   careful\n",
    "\x1b[91mERROR \x1b[0m:     broken\n",
  ]);
});

Deno.test("levels, times and plain text on demand", () => {
  assertEquals(lines({ level: "DEBUG", colour: false }), [
    "DEBUG 2026-11-22 18:10:51,017:     looked\n",
    "INFO 2026-11-22 18:10:51,017:      Starting Flower SuperLink\n",
    "WARNING 2026-11-22 18:10:51,017:   careful\n",
    "ERROR 2026-11-22 18:10:51,017:     broken\n",
  ]);
  assertEquals(lines({ level: "ERROR", colour: false }), ["ERROR :     broken\n"]);
});
