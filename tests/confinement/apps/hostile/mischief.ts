/** Ways of misleading the process that runs the app, over the port between them. */

/** Finds the port: what the app prints goes through it. */
async function findPort(): Promise<MessagePort> {
  const { promise, resolve } = Promise.withResolvers<MessagePort>();
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...words: [unknown]) {
    resolve(this);
    return Reflect.apply(postMessage, this, words);
  } as typeof postMessage;
  console.log("looking for the port");
  const port = await promise;
  MessagePort.prototype.postMessage = postMessage;
  return port;
}

/** Calls what it was never given. Returns what was answered to each. */
export async function forgeCalls(): Promise<string[]> {
  const port = await findPort();
  const names = ["toString", "constructor", "__proto__", "hasOwnProperty", "push", "next", "nodeIds", "eval"];
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    const id = 1_000_000 + index;
    const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
    const hear = ({ data }: MessageEvent) => data.id === id && resolve(data);
    port.addEventListener("message", hear);
    port.postMessage({ kind: "call", id, name, argument: { __proto__: null, ids: [], holdMs: 0 } });
    const { kind, error } = await promise;
    port.removeEventListener("message", hear);
    lines.push(`${name}: ${kind} ${(error as Error | undefined)?.message ?? ""}`);
  }
  // To whoever started this thread, past the port: nobody may listen.
  for (const kind of ["call", "result", "error", "ready", "ended", "failed"]) {
    (self as unknown as Worker).postMessage({ kind, id: 1, status: 0, name: "exited", argument: 0 });
  }
  return lines;
}

/** Answers in the name of the framework, with things that are no outcome. */
export async function forgeOutcome(): Promise<void> {
  const port = await findPort();
  for (let id = 1; id < 5; id++) {
    port.postMessage({ kind: "result", id, value: { state: "none", reply: { metadata: { ttl: "long" } } } });
  }
  for (
    const message of [null, 7, "text", [], { kind: "result" }, { kind: "error", id: 1 }, { kind: "call" }]
  ) {
    port.postMessage(message);
  }
  // The true answer must not come first.
  await new Promise(() => {});
}

/** Bends everything that the framework in this thread stands on. */
export function pollute(): void {
  const bent = () => {
    throw new Error("bent");
  };
  Object.assign(Object.prototype, {
    kind: "call",
    name: "exited",
    id: 1,
    then: undefined,
    failure: undefined,
  });
  for (const prototype of [Map.prototype, Set.prototype, Array.prototype]) {
    Object.assign(prototype, { get: bent, has: bent, map: bent, entries: bent });
  }
}

/** Changes what belongs to the whole process and tells what it found there. */
export async function leaveTraces(): Promise<string[]> {
  const store = await caches.open("traces");
  const found = await store.match("http://traces/");
  await store.put("http://traces/", new Response("left by an earlier run"));
  // Standard input of the process: the tokens of later tasks come there.
  const thief = new Worker(`data:text/javascript,Deno.stdin.read(new Uint8Array(999));postMessage(0)`, {
    type: "module",
  });
  await new Promise((resolve) => thief.onmessage = resolve);
  Deno.chdir(import.meta.dirname!);
  try {
    Deno.umask(0);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
  return [`found: ${await found?.text() ?? "nothing"}`];
}
