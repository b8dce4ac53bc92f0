/**
 * What a hostile ClientApp gets to see: a real process, started as a SuperExec starts it, runs an app that tries
 * everything. Whatever it could fetch from a network would come from a server of this test, which must hear nothing.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { AppProcess } from "./fakes/app_process.ts";

/** A server that hangs up on everybody, and counts who came. */
function sink() {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  let came = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      came++;
      connection.close();
    }
  })();
  const stop = async () => {
    listener.close();
    await accepting;
  };
  return { came: () => came, url: `http://127.0.0.1:${listener.addr.port}`, stop };
}

/** Names of what the app tries, and the code. KEY is a path, JSON_KEY another, URL a server. */
const tries: Record<string, string> = {
  "Deno.readFile": `Deno.readFile(KEY)`,
  "Deno.open": `Deno.open(KEY)`,
  "node:fs": `(await import("node:fs")).readFileSync(KEY)`,
  "fetch file": `(await fetch("file://" + KEY)).text()`,
  "a symlink": `Deno.symlink(KEY, new URL("./link", import.meta.url))`,
  "listing": `[...Deno.readDirSync("/")]`,
  "import a module": `import("file://" + JSON_KEY)`,
  "import as text": `import("file://" + KEY, { with: { type: "text" } })`,
  "import as bytes": `import("file://" + KEY, { with: { type: "bytes" } })`,
  "import as json": `import("file://" + JSON_KEY, { with: { type: "json" } })`,
  "import from a data: module": `import("data:text/javascript," + encodeURIComponent(IMPORTING))`,
  "import from a blob: module":
    `import(URL.createObjectURL(new Blob([IMPORTING], { type: "text/javascript" })))`,
  "import json from a data: module": `import("data:text/javascript," + encodeURIComponent(IMPORTING_JSON))`,
  "import json from a blob: module":
    `import(URL.createObjectURL(new Blob([IMPORTING_JSON], { type: "text/javascript" })))`,
  "require": `(await import("node:module")).createRequire(import.meta.url)(JSON_KEY)`,
  "our own source": `Deno.readTextFile(MAIN)`,
  "another app": `Deno.readDir(new URL("../", import.meta.url))[Symbol.asyncIterator]().next()`,
  "a ServerApp's folder": `Deno.readTextFile(HOME + "/runs/1/model")`,
  "import npm:": `import("npm:left-pad@1.3.0")`,
  "import jsr:": `import("jsr:@std/path@1.0.0")`,
  "import https:": `import("https://127.0.0.1:1/x.js")`,
  "import http:": `import(SINK + "/x.js")`,
  "fetch": `fetch(SINK)`,
  "connect": `Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(SINK).port) })`,
  "a web socket":
    `new Promise((yes, no) => { const s = new WebSocket(SINK.replace("http", "ws")); s.onopen = yes; s.onerror = () => no(new Error("closed")); })`,
  "node:net":
    `new Promise(async (yes, no) => (await import("node:net")).connect(Number(new URL(SINK).port), "127.0.0.1").on("connect", yes).on("error", no))`,
  "listen": `Deno.listen({ port: 0 })`,
  "a name": `Deno.resolveDns("localhost", "A")`,
  "run": `new Deno.Command("true").output()`,
  "node:child_process": `(await import("node:child_process")).execFileSync("true")`,
  "kill": `Deno.kill(Deno.ppid, "SIGTERM")`,
  "env": `Deno.env.toObject()`,
  "one variable": `Deno.env.get("HOME")`,
  "node's env":
    `Object.keys((await import("node:process")).default.env).length || Promise.reject(new Error("empty"))`,
  "write": `Deno.writeTextFile(new URL("./written", import.meta.url), "x")`,
  "write to /tmp": `Deno.makeTempFile()`,
  "ffi": `Deno.dlopen("libc.so.6", {})`,
  "host name": `Deno.hostname()`,
  "ask for more":
    `Deno.permissions.request({ name: "read" }).then(({ state }) => state === "granted" || Promise.reject(new Error(state)))`,
  "a Worker with more":
    `new Worker("data:text/javascript,", { type: "module", deno: { permissions: { read: true } } })`,
  "a Worker that inherits": `inWorker("Deno.readTextFileSync(" + JSON.stringify(KEY) + ")")`,
  "a node Worker":
    `new Promise(async (yes, no) => { const { Worker } = await import("node:worker_threads"); const w = new Worker("require('worker_threads').parentPort.postMessage(require('fs').readFileSync(" + JSON.stringify(KEY) + ", 'utf8'))", { eval: true }); w.on("message", yes); w.on("error", no); })`,
  "the next token": `Deno.stdin.read(new Uint8Array(300))`,
};

const hostile = `
import { ClientApp, ConfigRecord, RecordDict } from "corolla";

const inWorker = (code: string) => new Promise((yes, no) => {
  const worker = new Worker("data:text/javascript," + encodeURIComponent("try { postMessage({ got: " + code + " }) } catch (e) { postMessage({ no: String(e) }) }"), { type: "module" });
  worker.onmessage = ({ data }) => "got" in data ? yes(data.got) : no(new Error(data.no));
  worker.onerror = (event) => { event.preventDefault(); no(new Error(event.message)); };
});

export const app = new ClientApp().train(async (message, context) => {
  const [KEY, JSON_KEY, SINK, MAIN, HOME] = ["key", "json", "sink", "main", "home"].map((name) => context.nodeConfig.string(name));
  const IMPORTING = "export default await import('file://" + KEY + "', { with: { type: 'text' } })";
  const IMPORTING_JSON = "export default await import('file://" + JSON_KEY + "', { with: { type: 'json' } })";
  const seen = new ConfigRecord();
  const attempt = async (name: string, work: () => unknown) => {
    try {
      const got = await work();
      seen.set(name, "GOT " + (got instanceof Uint8Array ? new TextDecoder().decode(got) : String(got)).slice(0, 200));
    } catch (error) {
      seen.set(name, "refused " + (error as Error).name + ": " + (error as Error).message.slice(0, 200));
    }
  };
${
  Object.entries(tries).map(([name, code]) =>
    `  await attempt(${JSON.stringify(name)}, async () => await (${code}));`
  )
    .join("\n")
}
  seen.set("granted", await Deno.readTextFile(context.nodeConfig.string("granted")));
  seen.set("own", String((await Deno.readTextFile(new URL("./note.md", import.meta.url))).trim()));
  return message.reply(new RecordDict({ seen }));
});
`;

Deno.test("a ClientApp reads its bundle and what was granted, and nothing else", async (test) => {
  const network = sink();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "corolla-secret-" }));
  const paths = { key: `${folder}/node_key`, json: `${folder}/node_key.json`, granted: `${folder}/data/one` };
  await Deno.mkdir(`${folder}/data`);
  await Deno.writeTextFile(paths.key, "THE KEY");
  await Deno.writeTextFile(paths.json, '{"secret":"THE KEY"}');
  await Deno.writeTextFile(paths.granted, "an image");
  const main = new URL("../cli/main.ts", import.meta.url).pathname;
  try {
    await using process = await AppProcess.start({
      plugin: "clientapp",
      files: { "app.ts": hostile, "note.md": "a note of its own" },
      nodeConfig: new Map(Object.entries({ ...paths, sink: network.url, main, home: folder })),
      grantRead: [`${folder}/data`],
      // Whatever Deno itself fetches for the app would go through here.
      variables: { HTTP_PROXY: network.url, HTTPS_PROXY: network.url },
    });
    await process.give();
    const [reply] = process.appIo.pushed;
    if (!reply?.hasContent()) throw new Error(`The app did not answer:\n${process.said}`);
    const seen = reply.content.config("seen");
    for (const name of Object.keys(tries)) {
      await test.step(name, () => assertMatch(seen.getString(name), /^refused /));
    }
    assertEquals(seen.getString("granted"), "an image");
    assertEquals(seen.getString("own"), "a note of its own");
    assertEquals(JSON.stringify([...seen]).includes("THE KEY"), false);
    assertEquals(network.came(), 0);
    assertEquals(process.appIo.output?.subStatus, "completed");
  } finally {
    await network.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
