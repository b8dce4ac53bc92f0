import { assert, assertEquals } from "@std/assert";
import { fromPlainMessage } from "../../../core/app/plain_message.ts";
import { escapesApp, onlyHeld, SECRET } from "../../../tests/confinement/escapes_app.ts";
import { playInCompartment } from "../../../tests/fakes/compartment.ts";
import type { Probed } from "./realm_probe.ts";

Deno.test("an app in a compartment gets at nothing that it was not given, whatever it tries", async () => {
  const outside = await Deno.makeTempDir();
  const keyPath = `${outside}/key`;
  await Deno.writeTextFile(keyPath, SECRET);
  const { failure, reply, printed } = await playInCompartment(await escapesApp(keyPath), {
    runConfig: new Map([["key-path", keyPath]]),
    prepare: (folder) => Deno.symlink(keyPath, `${folder}/link.txt`),
  });
  assertEquals(failure, undefined);
  const lines = fromPlainMessage(reply!).content.config("told").get("lines") as string[];
  onlyHeld(lines);
  assert(!printed.includes(SECRET));
  await Deno.remove(outside, { recursive: true });
});

Deno.test("nothing that an app in a compartment can reach evaluates text, loads modules or is the thread's own", async () => {
  const path = await Deno.realPath(await Deno.makeTempFile());
  const worker = new Worker(new URL("./realm_probe.ts", import.meta.url).href, {
    type: "module",
    deno: {
      permissions: { read: [path], write: false, net: false, env: false, run: false, ffi: false, sys: false },
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Probed>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage(path);
  const { seen, ways, left } = await promise.finally(() => worker.terminate());
  assert(seen > 5_000, `only ${seen}`);
  assertEquals(ways, []);
  assertEquals(left.filter((name) => !name.startsWith("Symbol(")), ["globalThis"]);
  await Deno.remove(path);
});
