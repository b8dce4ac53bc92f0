import { assertEquals } from "@std/assert";
import { failureOf } from "./app_end.ts";
import { appRuntimeOf } from "./app_runtime.ts";

Deno.test("a component's module tells what it is written in", () => {
  const cases = {
    "./client.ts:app": "typescript",
    "./src/client.mts:app": "typescript",
    "client.js:app": "typescript",
    "./client.mjs:app": "typescript",
    "pkg.client_app:app": "python",
    "pkg.ts_client:app": "python",
    "pkg.client:app.ts": "python",
    "": "python",
  };
  for (const [component, runtime] of Object.entries(cases)) {
    assertEquals(appRuntimeOf(component), runtime, component);
  }
});

Deno.test("why a task failed is said in one line", () => {
  const ended = (rest: { code: number; signal?: string; lastWords: string }) =>
    failureOf({ kind: "exited", ...rest }, "serverapp");
  assertEquals(
    ended({ code: 1, lastWords: "Traceback\n  File x\n\u001b[91mImportError: no module\u001b[0m\n\n" }),
    "The flwr-serverapp process ended with exit code 1 before its task was done: ImportError: no module",
  );
  assertEquals(
    ended({
      code: 1,
      lastWords: "error: Uncaught TypeError: no model\n    at main (file:///app/server.ts:1:2)\n",
    }),
    "The flwr-serverapp process ended with exit code 1 before its task was done: error: Uncaught TypeError: no model",
  );
  assertEquals(
    ended({ code: 3, lastWords: "\u001b[92mINFO \u001b[0m:      Start `flwr-serverapp` process\n" }),
    "The flwr-serverapp process ended with exit code 3 before its task was done",
  );
  assertEquals(
    ended({ code: 137, signal: "SIGKILL", lastWords: "" }),
    "The flwr-serverapp process ended by SIGKILL before its task was done, as happens when the machine is short of memory",
  );
  assertEquals(
    ended({
      code: 133,
      signal: "SIGTRAP",
      lastWords:
        "#\n# Fatal JavaScript out of memory: Reached heap limit\n#\n==== C stack trace ====\n\n deno(+0x1) [0x1]\n",
    }),
    "The flwr-serverapp process ended by SIGTRAP before its task was done: Fatal JavaScript out of memory: Reached heap limit",
  );
  assertEquals(failureOf({ kind: "notStarted", reason: "no such program" }, "clientapp"), "no such program");
});
