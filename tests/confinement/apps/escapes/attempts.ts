/**
 * Ways out of a compartment, by name. An attempt that ends with anything but nothing has got something: it is to throw, or
 * to find that what it looks for is not there.
 */
// deno-lint-ignore-file no-explicit-any no-eval no-sparse-arrays -- nothing here is good style
import * as corolla from "corolla";
import polluted from "./polluted.json" with { type: "json" };

type Attempts = Record<string, () => unknown>;

const world = globalThis as any;
/** In one piece not even a string may hold it. */
const WORD = "im" + "port";

/** Every attempt and what came of it: `refused: ` and why, `nothing`, or `DONE: ` and what was got. */
export async function tryAll(keyPath: string): Promise<string[]> {
  const url = `file://${keyPath.split("/").map(encodeURIComponent).join("/")}`;
  const lines: string[] = [];
  const all = {
    ...modules(url, keyPath),
    ...evaluated(url),
    ...names(),
    ...insides(),
    ...pollution(),
    ...stacks(),
    ...host(url, keyPath),
  };
  for (const [name, attempt] of Object.entries(all)) lines.push(`${name}: ${await outcome(attempt)}`);
  return lines;
}

async function outcome(attempt: () => unknown): Promise<string> {
  try {
    const got = await attempt();
    if (got === undefined) return "nothing";
    return oneLine(`DONE: ${Object.prototype.toString.call(got)} ${JSON.stringify(got)}`);
  } catch (error) {
    return oneLine(`refused: ${error}`);
  }
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 300);

/** What a module of the app can write. */
function modules(url: string, keyPath: string): Attempts {
  const own = (name: string) => import(name);
  let asked = 0;
  const climbing = `${"../".repeat(20)}${keyPath.slice(1)}`;
  const changing = { toString: () => asked++ === 0 ? "corolla" : url };
  const given: Record<string, any> = {
    "a file's URL": url,
    "a path": keyPath,
    "a path that climbs": `./${climbing}`,
    "a path that climbs, in percents": `./${climbing.replaceAll("..", "%2e%2e")}`,
    "a path that climbs, in other percents": `./${climbing.replaceAll("../", "..%2f")}`,
    "a path that climbs with backslashes": `.\\${climbing.replaceAll("/", "\\")}`,
    "the folder": "./",
    "a host's file": url.replace("file://", "file://localhost"),
    "a URL in capitals": url.replace("file:", "FILE:"),
    "a link in the app's folder": "./link.txt",
    "code in a URL": "data:text/javascript,export default Deno.readTextFileSync('/etc/hostname')",
    "code in a URL, behind a blank": " data:text/javascript,export default 1",
    "a blob": "blob:null/1",
    "a host": "http://127.0.0.1/x.ts",
    "a package": "npm:left-pad@1.3.0",
    "a package of JSR": "jsr:@std/csv",
    "a name": "esbuild-wasm",
    "ses": "ses",
    "our own source": "./../../../../core/io/clock.ts",
    "corolla's own modules": "corolla/core/io/clock.ts",
    "__proto__": "__proto__",
    "constructor": "constructor",
    "an object": { toString: () => url },
    "a proxy": new Proxy(() => {}, { get: () => () => url }),
    ...Object.fromEntries(
      [
        "fs",
        "vm",
        "module",
        "worker_threads",
        "child_process",
        "process",
        "inspector",
        "repl",
        "v8",
        "ffi",
        "test",
      ]
        .flatMap((name) => [[`node:${name}`, `node:${name}`], [name, name]]),
    ),
    "ext:": "ext:core/mod.js",
    "ext:deno": "ext:deno_web/02_event.js",
  };
  const attempts: Attempts = {
    "an object that is another one the second time": async () => {
      const got = await import(changing as any);
      return got.ClientApp === corolla.ClientApp ? undefined : got;
    },
    "HTML comments": async () => {
      await own("./made/html.js");
      return world.html === 1 ? undefined : "other code";
    },
    "a template": async () => `${await import(url)}`,
    "import.meta.resolve": () => (import.meta as any).resolve?.("node:vm"),
    "import.meta.main": () => import.meta.main || undefined,
    "module.constructor": () => (import.meta as any).constructor(`return ${WORD}("node:vm")`)(),
    "comments within": () => import(/* one */ url /* two */),
  };
  for (const name of ["file", "text", "node", "exported", "deferred", "source", "equals"]) {
    attempts[`a static import: ${name}`] = () => own(`./made/${name}.js`);
  }
  for (const [name, specifier] of Object.entries(given)) {
    attempts[`import() of ${name}`] = () => import(specifier);
    attempts[`import() of ${name} as text`] = () => import(specifier, { with: { type: "text" } });
    attempts[`require of ${name}`] = () => outerRequire(specifier);
  }
  return attempts;
}

declare const require: (specifier: unknown) => unknown;
const outerRequire = (specifier: unknown) => require(specifier);

/** Code that is made at run time, in every spelling, by everything that evaluates. */
function evaluated(url: string): Attempts {
  const quoted = JSON.stringify(url);
  const sources: Record<string, string> = {
    "import()": `${WORD}(${quoted})`,
    "import() with attributes": `${WORD}(${quoted}, { with: { type: "text" } })`,
    "import() behind blanks": `${WORD} \t(${quoted})`,
    "import() in two lines": `${WORD}\n(${quoted})`,
    "import() behind a comment": `${WORD}/**/(${quoted})`,
    "import() behind a line's comment": `${WORD}//\n(${quoted})`,
    "import() behind an HTML comment": `${WORD}<!--\n(${quoted})`,
    "import() behind an HTML comment's end": `${WORD}\n-->\n(${quoted})`,
    "import() behind odd blanks": `${WORD}\u2028\ufeff\u00a0\u3000\v\f(${quoted})`,
    "import() with an escape": `\\u0069mport(${quoted})`,
    "import() with a braced escape": `\\u{69}mport(${quoted})`,
    "import() spread": `[...${WORD}(${quoted})]`,
    "import() after a number": `1.${WORD}(${quoted})`,
    "import() after a regular expression": `/x/g/${WORD}(${quoted})`,
    "import() in a template": `\`\${${WORD}(${quoted})}\``,
    "import() in a parameter": `((a = ${WORD}(${quoted})) => a)()`,
    "import() in a class": `(class { static [${WORD}(${quoted})] = 1 })`,
    "import.defer": `${WORD}.defer(${quoted})`,
    "import.defer of code": `${WORD}.defer("data:text/javascript,export default 1").default`,
    "import.defer with blanks": `${WORD} . defer\n(${quoted})`,
    "import.defer with comments": `${WORD}./**/defer(${quoted})`,
    "import.defer with comments at the end": `${WORD}.defer/**/(${quoted})`,
    "import.defer with comments at the start": `${WORD}/**/.defer(${quoted})`,
    "import.defer with an escape": `${WORD}.d\\u0065fer(${quoted})`,
    "import.source": `${WORD}.source(${quoted})`,
    "import.meta": `${WORD}.meta`,
    "import.meta.url": `${WORD}.meta.url`,
    "a static import": `${WORD} x from ${quoted}`,
    "a strict function's caller": "(function f() { return f.caller ?? undefined })()",
    "the global object of a function": "(function () { return this && this.Worker })()",
    "a Worker": 'new Worker("data:text/javascript,1")',
    "process": 'process.getBuiltinModule("node:vm")',
    "a closed function": `1 }); ${WORD}(${quoted}); (function () {`,
    "a comment to the next text": `/*`,
  };
  const functionOf = (text: string) => (make: any) => make(`return (${text})`)();
  const makers: Record<string, (text: string) => unknown> = {
    "eval": (text) => world.eval(text),
    "indirect eval": (text) => (0, world.eval)(text),
    "Function": (text) => functionOf(text)(Function),
    "Function's parameters": (text) => Function(`a = ${text}`, "return a")(),
    "Function in two parts": (text) => Function("/*", `*/) { return (${text}) }, function (`)(),
    "Reflect.construct": (text) => Reflect.construct(Function, [`return (${text})`])(),
    "a derived Function": (text) => new (class extends Function {})(`return (${text})`)(),
  };
  const constructors: Record<string, () => any> = {
    "an arrow's": () => (() => {}).constructor,
    "an async function's": () => (async () => {}).constructor,
    "a generator's": () => (function* () {}).constructor,
    "an async generator's": () => (async function* () {}).constructor,
    "Function.prototype's": () => Function.prototype.constructor,
    "a prototype's": () => Object.getPrototypeOf(async () => {}).constructor,
    "fetch's": () => fetch.constructor,
    "setTimeout's": () => setTimeout.constructor,
    "console.log's": () => console.log.constructor,
    "Deno.readFile's": () => Deno.readFile.constructor,
    "a getter's": () => Object.getOwnPropertyDescriptor(URL.prototype, "href")!.get!.constructor,
    "crypto.subtle.digest's": () => crypto.subtle.digest.constructor,
    "ClientApp's": () => corolla.ClientApp.constructor,
    "a function of corolla's": () => (corolla.encodeNpz as any).constructor,
    "a bound function's": () => (function () {}).bind(null).constructor,
    "a proxy's": () => new Proxy(Function, {}),
    "a revoker's": () => Proxy.revocable({}, {}).revoke.constructor,
    "a resolver's": () => Promise.withResolvers().resolve.constructor,
    "require's": () => (require as any).constructor,
    "harden's": () => world.harden?.constructor ?? Function.prototype.constructor,
    "WebAssembly's": () => WebAssembly.compile.constructor,
    "an iterator's": () => [].values().next.constructor,
    "an inspector's": () => {
      let found: any;
      console.log({
        [Symbol.for("nodejs.util.inspect.custom")]: (...given: any[]) => (found = given.at(-1), ""),
      });
      return found.constructor;
    },
    "a thenable's": async () =>
      (await new Promise<any>((resolve) =>
        Promise.resolve({ then: (resolved: any) => resolve({ made: resolved.constructor }) })
      )).made,
  };
  const attempts: Attempts = {};
  for (const [what, text] of Object.entries(sources)) {
    for (const [by, make] of Object.entries(makers)) attempts[`${what} by ${by}`] = () => make(text);
    for (const [whose, get] of Object.entries(constructors)) {
      attempts[`${what} by ${whose} constructor`] = async () => functionOf(text)(await get());
    }
  }
  for (const name of ["setTimeout", "setInterval", "queueMicrotask"]) {
    attempts[`${name} of a text`] = () => world[name](`${WORD}(${quoted})`);
    attempts[`${name} of an object`] = () => world[name]({ toString: () => `${WORD}(${quoted})` });
  }
  return attempts;
}

/** What must not have a name. */
function names(): Attempts {
  const all = [
    ...[
      "Worker",
      "process",
      "Buffer",
      "global",
      "window",
      "Compartment",
      "lockdown",
      "ModuleSource",
      "importScripts",
    ],
    ...[
      "MessagePort",
      "MessageChannel",
      "BroadcastChannel",
      "postMessage",
      "onmessage",
      "addEventListener",
      "caches",
    ],
    ...[
      "WebSocket",
      "EventSource",
      "location",
      "localStorage",
      "reportError",
      "dispatchEvent",
      "ShadowRealm",
      "opener",
    ],
    ...[
      "__bootstrap",
      "corolla",
      "__dirname",
      "assert",
      "gc",
      "exports0",
      "createImageBitmap",
      "Storage",
      "name",
    ],
    ...[
      "WorkerGlobalScope",
      "DedicatedWorkerGlobalScope",
      "GPU",
      "Performance",
      "Notification",
      "Cache",
      "setImmediate",
    ],
  ];
  const ofDeno = [
    ...[
      "internal",
      "core",
      "Command",
      "run",
      "dlopen",
      "UnsafePointer",
      "permissions",
      "symlink",
      "link",
      "symlinkSync",
    ],
    ...[
      "stdin",
      "listen",
      "connect",
      "serve",
      "serveHttp",
      "chdir",
      "umask",
      "kill",
      "test",
      "bench",
      "watchFs",
      "execPath",
    ],
    ...[
      "addSignalListener",
      "createHttpClient",
      "resolveDns",
      "hostname",
      "FsFile",
      "inspect",
      "jupyter",
      "openKv",
      "pid",
    ],
  ];
  return {
    ...Object.fromEntries(all.map((name) => [name, () => world[name]])),
    ...Object.fromEntries(
      all.map((
        name,
      ) => [`${name} by code`, () => world.eval(`typeof ${name}`) === "undefined" ? undefined : name]),
    ),
    ...Object.fromEntries(ofDeno.map((name) => [`Deno.${name}`, () => (Deno as any)[name]])),
    "Deno's symbols": () => Object.getOwnPropertySymbols(Deno)[0],
    "Symbol.for('Deno.internal')": () => (Deno as any)[Symbol.for("Deno.internal")],
    "URL.createObjectURL": () => (URL as any).createObjectURL,
    "another Deno through the scope": () => world.eval("Deno") === Deno ? undefined : "another",
    "self": () => self === globalThis ? undefined : "another",
    "symbols of the global object": () =>
      Object.getOwnPropertySymbols(globalThis).find((one) => one !== Symbol.unscopables),
    "what the global object descends from": () =>
      Object.getPrototypeOf(globalThis) === Object.prototype ? undefined : "something",
  };
}

/** What Deno's own objects could hand out. */
function insides(): Attempts {
  const { prototype } = EventTarget;
  const heard = (on: any) => () =>
    new Promise((resolve, reject) => {
      prototype.addEventListener.call(on, "seen", function (this: any, event: any) {
        resolve(Object.keys(event.currentTarget));
      });
      prototype.dispatchEvent.call(on, new Event("seen"));
      setTimeout(() => reject(new Error("nobody listened")), 20);
    });
  const later = (start: any) => () =>
    new Promise((resolve, reject) => {
      start(function (this: unknown) {
        if (this === undefined) reject(new Error("no this"));
        else resolve(this);
      }, 1);
    });
  const bytes = Uint8Array.from([
    ...[
      0,
      97,
      115,
      109,
      1,
      0,
      0,
      0,
      1,
      5,
      1,
      96,
      0,
      1,
      111,
      2,
      7,
      1,
      1,
      97,
      1,
      98,
      0,
      0,
      7,
      5,
      1,
      1,
      99,
      0,
      0,
    ],
  ]);
  const module = () => new WebAssembly.Module(bytes);
  return {
    "events without a target": heard(undefined),
    "events with null": heard(null),
    "events by a derived method": () =>
      (AbortSignal.prototype.addEventListener as any).call(undefined, "x", () => {}),
    "a timer's this": later(setTimeout),
    "an interval's this": () => later(setInterval)(),
    "a microtask's this": later(queueMicrotask),
    "what a timer is": () => typeof setTimeout(() => {}, 0) === "number" ? undefined : "an object",
    "WebAssembly's imports": async () => {
      let seen: unknown;
      const instance = await WebAssembly.instantiate(module(), {
        a: {
          b(this: unknown) {
            seen = this;
          },
        },
      });
      (instance.exports.c as any)();
      return seen;
    },
    "WebAssembly's functions": async () => {
      const instance = await WebAssembly.instantiate(module(), { a: { b: () => 1 } });
      return (instance.exports.c as any).constructor("return 1")();
    },
    "a function from a clone": () =>
      (structuredClone(new Error("x")) as any).constructor.constructor("return 1")(),
    "a clone that poses as a port": () => {
      const [brand] = Object.getOwnPropertySymbols(new ReadableStream());
      return (structuredClone({ [brand]: "MessagePort" }) as any).postMessage;
    },
    "a stream's algorithms": () =>
      new Promise((resolve, reject) => {
        new ReadableStream({ start: (controller) => controller.enqueue(1) }, {
          size(this: unknown) {
            if (this === undefined) reject(new Error("no this"));
            else resolve(Object.keys(this as object));
            return 1;
          },
        });
      }),
    "a handler of an abort": () => {
      const controller = new AbortController();
      return new Promise((resolve, reject) => {
        controller.signal.onabort = function (this: any) {
          if (this === controller.signal) reject(new Error("only the signal"));
          else resolve(Object.keys(this));
        };
        controller.abort();
      });
    },
    "what streams know of the global object": () => {
      for (const name of ["CountQueuingStrategy", "ByteLengthQueuingStrategy"]) {
        const made = world[name] && new world[name]({ highWaterMark: 1 });
        const held = made && Object.getOwnPropertySymbols(made).map((symbol) => made[symbol]);
        if (held) return held.length;
      }
    },
    "the port through what is printed": () => {
      const seen: unknown[] = [];
      const spy = new Proxy({}, { get: (_, key) => (seen.push(key), undefined) });
      console.log(spy);
      return seen.find((one) => typeof one === "object");
    },
    "the scope by unscopables": () => {
      world[Symbol.unscopables] = { Deno: true };
      return world.eval("Deno") === Deno ? undefined : "another";
    },
    "the scope by a prototype": () => {
      const before = Object.getPrototypeOf(globalThis);
      try {
        Object.setPrototypeOf(globalThis, new Proxy({}, { has: () => true, get: (_, key) => key }));
        const got = world.eval("[typeof Worker, typeof process, eval === globalThis.eval].join()");
        return got === "string,string,true" ? undefined : got;
      } finally {
        Object.setPrototypeOf(globalThis, before);
      }
    },
    "the scope by a getter": () => {
      let seen: any;
      Object.defineProperty(globalThis, "late", {
        get() {
          seen = this;
        },
        configurable: true,
      });
      world.eval("late");
      return seen === globalThis ? undefined : seen;
    },
    "evaluation where the stack ends": () => {
      const got = new Set<unknown>();
      const tries = () => {
        for (const text of ["typeof Worker", "eval === globalThis.eval", `typeof ${WORD}("node:vm")`]) {
          try {
            got.add(world.eval(text));
          } catch {
            // Refused, or no room for it.
          }
        }
      };
      const dive = (left: { times: number }) => {
        try {
          dive(left);
        } catch {
          // Here is the end.
        }
        if (left.times-- > 0) tries();
      };
      dive({ times: 500 });
      tries();
      const odd = [...got].filter((one) => one !== "undefined" && one !== true);
      return odd.length === 0 ? undefined : odd;
    },
    "eval, replaced": () => {
      world.eval = (text: string) => text;
      return "replaced";
    },
  };
}

/** What our own code, and the language's, would stumble over. */
function pollution(): Attempts {
  const set = (on: any, name: string) => () => {
    on[name] = () => "polluted";
    return on[name]() === "polluted" ? "polluted" : undefined;
  };
  const all: [string, any, string][] = [
    ...["toString", "valueOf", "polluted", "then"].map((
      name,
    ): [string, any, string] => ["Object", Object.prototype, name]),
    ...["map", "push", "values", "flatMap"].map((
      name,
    ): [string, any, string] => ["Array", Array.prototype, name]),
    ...["get", "set", "has"].map((name): [string, any, string] => ["Map", Map.prototype, name]),
    ...["exec", "test"].map((name): [string, any, string] => ["RegExp", RegExp.prototype, name]),
    ...["call", "apply", "bind", "constructor"].map((
      name,
    ): [string, any, string] => ["Function", Function.prototype, name]),
    ...["replaceAll", "slice", "startsWith"].map((
      name,
    ): [string, any, string] => ["String", String.prototype, name]),
    ...["then", "catch"].map((name): [string, any, string] => ["Promise", Promise.prototype, name]),
    ["Promise itself", Promise, "resolve"],
    ["Reflect", Reflect, "apply"],
    ["Object itself", Object, "freeze"],
    ["JSON", JSON, "parse"],
    ["Math", Math, "random"],
    ["EventTarget", EventTarget.prototype, "addEventListener"],
    ["URL", URL.prototype, "toString"],
    ["Deno", Deno, "readFile"],
    ["console", console, "log"],
    ["Error", Error.prototype, "toString"],
    ["Symbol", Symbol, "for"],
    ["corolla", corolla, "ClientApp"],
    ["require", typeof require === "function" ? require : Object.freeze({}), "constructor"],
    ["errors", Deno.errors, "NotFound"],
    ["typed arrays", Object.getPrototypeOf(Uint8Array.prototype), "subarray"],
    ["iterators", Object.getPrototypeOf([].values()), "next"],
  ];
  return {
    ...Object.fromEntries(all.map(([whose, on, name]) => [`to replace ${name} of ${whose}`, set(on, name)])),
    "JSON with __proto__": () => {
      const { a, __proto__: own } = polluted as any;
      return a === 1 && own.polluted === 1 && ({} as any).polluted === undefined ? undefined : "polluted";
    },
    "to define a getter": () => Object.defineProperty(Object.prototype, "port", { get: () => 1 }),
    "__defineGetter__": () => (Object.prototype as any).__defineGetter__("port", () => 1) ?? "defined",
    "to set a prototype": () => Object.setPrototypeOf(Array.prototype, { polluted: 1 }),
  };
}

/** The ways of V8 to look at the stack. */
function stacks(): Attempts {
  const classes: Record<string, () => any> = {
    "Error": () => Error,
    "TypeError": () => TypeError,
    "what Deno's errors descend from": () => Object.getPrototypeOf(Deno.errors.NotFound),
    "what WebAssembly's errors descend from": () => Object.getPrototypeOf(WebAssembly.CompileError),
    "what SuppressedError descends from": () => Object.getPrototypeOf((globalThis as any).SuppressedError),
    "what corolla's errors descend from": () => Object.getPrototypeOf(corolla.AggregationError),
    "an error's constructor": () => {
      try {
        return (null as any).x;
      } catch (error) {
        return (error as Error).constructor;
      }
    },
  };
  const sites = (on: any) => () => {
    let seen: any;
    try {
      on.prepareStackTrace = (_: unknown, frames: unknown) => seen = frames;
    } catch {
      // It may be frozen; what counts is what comes of it.
    }
    const holder: any = {};
    (on.captureStackTrace ?? Error.captureStackTrace)(holder);
    const texts = [
      new Error("x").stack,
      new on("x").stack,
      holder.stack,
      new Deno.errors.NotFound("x").stack,
    ];
    if (seen === undefined && texts.every((text) => text === undefined || typeof text === "string")) {
      return undefined;
    }
    return (seen ?? texts).map?.((site: any) => String(site?.getFunction?.() ?? site?.getThis?.())).join() ??
      "something";
  };
  return {
    ...Object.fromEntries(
      Object.entries(classes).map(([name, get]) => [`prepareStackTrace of ${name}`, () => sites(get())()]),
    ),
    "arguments.callee": () => {
      const given = (function () {
        return arguments;
      })() as any;
      return given.callee;
    },
    "a function's caller": () => (tryAll as any).caller,
    "a function's arguments": () => (tryAll as any).arguments,
  };
}

/** Deno's functions, in ways that its own checks might not expect. */
function host(url: string, keyPath: string): Attempts {
  let asked = 0;
  class Changing extends URL {
    override get href() {
      return asked++ % 2 === 0 ? import.meta.url : url;
    }
    override get pathname() {
      return new URL(asked++ % 2 === 0 ? import.meta.url : url).pathname;
    }
  }
  const changing = () => ({ toString: () => asked++ % 2 === 0 ? import.meta.filename : keyPath }) as any;
  return {
    "Deno.readTextFile": () => Deno.readTextFile(keyPath),
    "Deno.readFileSync": () => Deno.readFileSync(keyPath),
    "Deno.open": () => Deno.open(keyPath),
    "Deno.stat": () => Deno.stat(keyPath),
    "Deno.copyFile": () => Deno.copyFile(keyPath, import.meta.dirname + "/copy"),
    "Deno.realPath": () => Deno.realPath(keyPath),
    "a URL that changes": async () => {
      for (let times = 0; times < 4; times++) {
        const text = await Deno.readTextFile(new Changing(import.meta.url));
        if (!text.includes("Deno.readTextFile")) return text;
      }
    },
    "a path that changes": async () => {
      for (let times = 0; times < 4; times++) {
        const text = await Deno.readTextFile(changing());
        if (!text.includes("Deno.readTextFile")) return text;
      }
    },
    "the memory of the process": () => Deno.readFile("/proc/self/mem"),
    "the environment of the process": () => Deno.readTextFile("/proc/self/environ"),
    "the files of the process": () => Array.fromAsync(Deno.readDir("/proc/self/fd")),
    "fetch of a file": () => fetch(url).then((answer) => answer.text()),
    "fetch of a host": () => fetch("http://127.0.0.1:65000/"),
    "the environment": () => Deno.env.get("HOME"),
    "all of the environment": () => Deno.env.toObject(),
    "a file in the app's folder": () => Deno.writeTextFile(new URL("./made.ts", import.meta.url), "1"),
  };
}
