/** What an app may not do, each way of doing it by name. An attempt that comes to its end has broken out. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http2 from "node:http2";
import inspector from "node:inspector";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import process from "node:process";
import sqlite from "node:sqlite";
import v8 from "node:v8";
import { WASI } from "node:wasi";
import { Worker as NodeWorker } from "node:worker_threads";

/** What the attempts are aimed at. */
export interface Targets {
  /** The SuperNode's private key. */
  readonly keyPath: string;
  /** A folder with files of all kinds, none of which the app was granted. */
  readonly folder: string;
  /** A port of this machine on which somebody listens. */
  readonly port: number;
}

type Attempts = Record<string, () => unknown>;

/** Every attempt and what came of it: `refused: ` and why, or `DONE: ` and what was got. */
export async function tryAll(targets: Targets): Promise<string[]> {
  const lines: string[] = [];
  const all = {
    ...files(targets),
    ...imports(targets),
    ...writing(targets),
    ...network(targets),
    ...system(),
    ...workers(targets),
  };
  for (const [name, attempt] of Object.entries(all)) lines.push(`${name}: ${await outcome(attempt)}`);
  return lines;
}

async function outcome(attempt: () => unknown): Promise<string> {
  try {
    return oneLine(`DONE: ${await attempt()}`);
  } catch (error) {
    return oneLine(`refused: ${error}`);
  }
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 300);

function files({ keyPath, folder }: Targets): Attempts {
  const url = new URL(`file://${keyPath.split("/").map(encodeURIComponent).join("/")}`).href;
  const sql = (text: string) => new sqlite.DatabaseSync(":memory:").exec(text);
  return {
    "Deno.readFile": () => Deno.readFile(keyPath),
    "Deno.readFileSync": () => Deno.readFileSync(keyPath),
    "Deno.readTextFile": () => Deno.readTextFile(keyPath),
    "Deno.open": () => Deno.open(keyPath),
    "Deno.stat": () => Deno.stat(keyPath),
    "Deno.lstat": () => Deno.lstat(keyPath),
    "Deno.realPath": () => Deno.realPath(keyPath),
    "Deno.readDir": () => Array.fromAsync(Deno.readDir(folder)),
    "Deno.watchFs": () => Deno.watchFs(folder),
    "Deno.copyFile": () => Deno.copyFile(keyPath, `${folder}/copy`),
    "Deno.link": () => Deno.link(keyPath, new URL("./key", import.meta.url).pathname),
    "Deno.symlink": () => Deno.symlink(keyPath, new URL("./key", import.meta.url).pathname),
    "a path that climbs out of the bundle": () =>
      Deno.readTextFile(`${import.meta.dirname}/..${"/..".repeat(20)}${keyPath}`),
    "the home folder": () => Array.fromAsync(Deno.readDir(os.homedir?.() ?? "/root")),
    "our own source": () => Deno.readTextFile(new URL("../../../../core/app/context.ts", import.meta.url)),
    "the program's environment file": () => Deno.readTextFile("/proc/self/environ"),
    "the program's memory": () => Deno.open("/proc/self/mem"),
    "standard input by path": () => Deno.readTextFile("/dev/stdin"),
    "node:fs": () => fs.readFileSync(keyPath),
    "node:fs stat": () => fs.statSync(keyPath),
    "node:fs exists": () => fs.existsSync(keyPath) || never(),
    "fetch file:": () => fetch(url),
    "SQLite opens": () => new sqlite.DatabaseSync(`${folder}/new.db`),
    "SQLite attaches": () => sql(`ATTACH '${folder}/new.db' AS other`),
    "SQLite vacuums into": () => sql(`CREATE TABLE t(a); VACUUM INTO '${folder}/new.db'`),
    "WASI": () =>
      new WASI(
        { version: "preview1", preopens: { "/": folder } } as unknown as ConstructorParameters<
          typeof WASI
        >[0],
      ),
  };
}

/** Without an exception `existsSync` may also just say no. */
function never(): never {
  throw new Error("Requires read access");
}

function imports({ keyPath, folder, port }: Targets): Attempts {
  const at = (path: string) => new URL(`file://${path.split("/").map(encodeURIComponent).join("/")}`).href;
  // A file of its own for each attempt: the module loader remembers what it refused.
  let count = 0;
  const next = (ending: string) => at(`${folder}/${++count}.${ending}`);
  const data = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
  const blob = (code: string) => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const attempts: Attempts = {
    "import()": () => import(next("ts")),
    "import() of the key as text": () => import(at(keyPath), { with: { type: "text" } }),
    "import() as bytes": () => import(next("txt"), { with: { type: "bytes" } }),
    "import() as JSON": () => import(next("json"), { with: { type: "json" } }),
    "require": () => createRequire(import.meta.url)(`${folder}/${++count}.json`),
  };
  const far = [
    `http://127.0.0.1:${port}/module.ts`,
    `https://127.0.0.1:${port}/module.ts`,
    "npm:left-pad@1.3.0",
    "jsr:@std/yaml@1.0.0",
  ];
  for (const wanted of far) attempts[`import() of ${wanted}`] = () => import(wanted);
  for (const [place, made] of [["data:", data], ["blob:", blob]] as const) {
    const lines = (wanted: string, type?: string) => ({
      [`import in a ${place} module of ${type ?? wanted}`]: `import * as got from "${wanted}"${
        type ? ` with { type: "${type}" }` : ""
      }; export default got;`,
      [`import() in a ${place} module of ${type ?? wanted}`]: `export default await import("${wanted}"${
        type ? `, { with: { type: "${type}" } }` : ""
      });`,
    });
    for (const [type, ending] of [[undefined, "ts"], ["text", "txt"], ["json", "json"], ["bytes", "txt"]]) {
      for (const [name, code] of Object.entries(lines(next(ending!), type))) {
        attempts[name] = () => import(made(code));
      }
    }
    for (const wanted of far) {
      for (const [name, code] of Object.entries(lines(wanted))) attempts[name] = () => import(made(code));
    }
  }
  return attempts;
}

function writing({ folder }: Targets): Attempts {
  return {
    "writes": () => Deno.writeTextFile(`${folder}/made`, "by the app"),
    "writes into its bundle": () => Deno.writeTextFile(`${import.meta.dirname}/made.ts`, "by the app"),
    "changes its bundle": () => Deno.writeTextFile(`${import.meta.dirname}/README.md`, "by the app"),
    "makes a folder": () => Deno.mkdir(`${folder}/made`),
    "makes a temporary file": () => Deno.makeTempFile(),
    "removes": () => Deno.remove(`${folder}/1.json`),
    "renames": () => Deno.rename(`${folder}/1.json`, `${folder}/other.json`),
    "writes with node:fs": () => fs.writeFileSync(`${folder}/made`, "by the app"),
    "writes a heap snapshot": () => v8.writeHeapSnapshot(`${folder}/made`),
  };
}

function network({ port }: Targets): Attempts {
  const url = `http://127.0.0.1:${port}/`;
  return {
    "fetch": () => fetch(url),
    "fetch by name": () => fetch(`http://localhost:${port}/`),
    "WebSocket": () => settled(new WebSocket(`ws://127.0.0.1:${port}/`)),
    "EventSource": () => settled(new EventSource(url)),
    "Deno.connect": () => Deno.connect({ hostname: "127.0.0.1", port }),
    "Deno.connectTls": () => Deno.connectTls({ hostname: "127.0.0.1", port }),
    "Deno.listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    "Deno.serve": () => Deno.serve({ hostname: "127.0.0.1", port: 0 }, () => new Response()),
    "Deno.resolveDns": () => Deno.resolveDns("localhost", "A"),
    "a Unix socket": () => settled(net.connect("/tmp/any.sock")),
    "node:net": () => settled(net.connect(port, "127.0.0.1")),
    "node:http2": () => settled(http2.connect(url)),
    "the inspector": () => inspector.open(0, "127.0.0.1"),
  };
}

interface Emitter {
  on(name: string, listener: (event: unknown) => void): unknown;
}

/** Resolves when a connection opens, throws when it fails. */
function settled(connection: EventTarget | Emitter): Promise<string> {
  return new Promise((resolve, reject) => {
    const opened = () => resolve("open");
    const failed = (event: unknown) =>
      reject(
        event instanceof Error ? event : (event as ErrorEvent | undefined)?.error ?? "failed to connect",
      );
    for (const name of ["open", "connect"]) listen(connection, name, opened);
    for (const name of ["error", "close"]) listen(connection, name, failed);
  });
}

function listen(connection: EventTarget | Emitter, name: string, listener: (event: unknown) => void): void {
  if (connection instanceof EventTarget) connection.addEventListener(name, listener);
  else connection.on(name, listener);
}

function system(): Attempts {
  return {
    "Deno.env.get": () => Deno.env.get("FLWR_HOME"),
    "Deno.env.toObject": () => JSON.stringify(Deno.env.toObject()),
    "process.env": () => JSON.stringify({ ...process.env }),
    "Deno.Command": () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).output(),
    "node:child_process": () => execFileSync("/bin/sh", ["-c", "id"], { env: {} }),
    "ends its parent": () => Deno.kill(Deno.ppid, "SIGTERM"),
    "ends its parent, as Node does": () => process.kill(Deno.ppid, "SIGTERM"),
    "Deno.dlopen": () => Deno.dlopen("libc.so.6", {}),
    "process.dlopen": () => process.dlopen({ exports: {} }, "/lib/module.node"),
    "SQLite loads an extension": () =>
      new sqlite.DatabaseSync(":memory:", { allowExtension: true }).loadExtension("/lib/module"),
    "a raw pointer": () => Deno.UnsafePointer.of(new Uint8Array(1)),
    "Deno.hostname": () => Deno.hostname(),
    "Deno.networkInterfaces": () => Deno.networkInterfaces(),
    "Deno.uid": () => Deno.uid() ?? never(),
    "node:os user": () => os.userInfo(),
    "asks for more": async () => {
      const { state } = await Deno.permissions.request({ name: "read" });
      if (state !== "granted") throw new Error(`Requires read access: ${state}`);
    },
  };
}

function workers({ keyPath, folder }: Targets): Attempts {
  const read = `Deno.readTextFile(${JSON.stringify(keyPath)})`;
  const answer = `${read}.then((got) => postMessage("DONE: " + got), (error) => postMessage("" + error))`;
  const code = `data:text/javascript,${encodeURIComponent(answer)}`;
  const start = (permissions?: Deno.PermissionOptions) =>
    answerOf(new Worker(code, { type: "module", ...(permissions && { deno: { permissions } }) }));
  return {
    "a Worker within": () => start(),
    "a Worker that inherits": () => start("inherit"),
    "a Worker that may read more": () => start({ read: true }),
    "a Worker that may read the key": () => start({ read: [keyPath] }),
    "a Worker that may connect": () => start({ net: true }),
    "a Worker that may run": () => start({ run: true }),
    "a Worker from another module": () =>
      answerOf(new Worker(`file://${encodeURI(folder)}/1.ts`, { type: "module" })),
    "a Worker of Node's": () => {
      const text =
        `require("node:worker_threads").parentPort.postMessage("" + require("node:fs").readFileSync(${
          JSON.stringify(keyPath)
        }))`;
      const worker = new NodeWorker(text, { eval: true });
      return new Promise((resolve, reject) => {
        worker.on("message", resolve);
        worker.on("error", reject);
        worker.on("exit", (status) => reject(new Error(`Requires read access: ended with status ${status}`)));
      });
    },
  };
}

/** What a Worker says, unless it says that it was refused. */
function answerOf(worker: Worker): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    worker.onmessage = ({ data }) => data.startsWith("DONE") ? resolve(data) : reject(new Error(data));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  }).finally(() => worker.terminate());
}
