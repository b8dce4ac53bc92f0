/** The app processes as they are: started as a SuperExec does, with apps in Workers, and a scripted AppIo service. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ArrayRecord, MetricRecord, NDArray, RecordDict } from "corolla";
import type { ScriptedNode } from "./fakes/app_io.ts";
import { AppProcess } from "./fakes/app_process.ts";
import { setTimeSource } from "../core/model/now.ts";
import { settled } from "./fakes/clock.ts";

setTimeSource(() => Date.now() / 1000);

/** A ClientApp module whose handler is `code`. */
const training = (code: string, before = "") => `
import process from "node:process";
import { ClientApp, MetricRecord, RecordDict } from "corolla";
${before}
const ok = () => new RecordDict({ metrics: new MetricRecord({ "num-examples": 1 }) });
export const app = new ClientApp().train(async (message, context) => { ${code} });
`;

const client = (module: string) => AppProcess.start({ plugin: "clientapp", files: { "app.ts": module } });

Deno.test("one process answers message after message, each in a Worker of its own", async () => {
  await using process = await client(training(
    `
    seen++;
    const counter = context.state.metrics("counter");
    counter.set("calls", counter.getInt("calls") + 1);
    console.log("seen %d", seen);
    return message.reply(new RecordDict({ metrics: new MetricRecord({ seen }) }));`,
    "let seen = 0;",
  ));
  for (let message = 1; message <= 3; message++) {
    await process.give();
    assertEquals(process.appIo.output?.subStatus, "completed");
    assertEquals(process.appIo.output?.context?.state.metrics("counter").getInt("calls"), 1);
    process.appIo.again();
  }
  assertEquals(process.appIo.pushed.map(({ content }) => content.metrics("metrics").getInt("seen")), [
    1,
    1,
    1,
  ]);
  assertEquals(process.said.match(/seen 1\n/g)?.length, 3);
});

const failing: [name: string, code: string, reason: RegExp][] = [
  ["throws", `throw new RangeError("too far");`, /^<class 'RangeError'>:<'too far'>$/],
  ["calls Deno.exit", `Deno.exit(3); return message.reply(ok());`, /the app ended itself with status 3/],
  ["calls process.exit", `process.exit(4);`, /the app ended itself with status 4/],
  ["calls self.close", `self.close(); await new Promise(() => {});`, /the app ended itself with status 0/],
  [
    "leaves a promise that fails",
    `Promise.reject(new TypeError("nobody saw")); await new Promise(() => {});`,
    /^<class 'TypeError'>:<'nobody saw'>$/,
  ],
  [
    "throws in a timer",
    `setTimeout(() => { throw new Error("later"); }); await new Promise(() => {});`,
    /^<class 'Error'>:<'later'>$/,
  ],
  ["gives back nothing", ``, /it is undefined/],
  [
    "overflows the stack",
    `const f = () => f(); f();`,
    /^<class 'RangeError'>:<'Maximum call stack size exceeded'>$/,
  ],
];

for (const [name, code, reason] of failing) {
  Deno.test(`an app that ${name} is answered for, and the process goes on`, async () => {
    await using process = await client(training(code));
    for (let message = 0; message < 2; message++) {
      await process.give();
      const { error } = process.appIo.pushed[message];
      assertEquals(error.code, 2);
      assertMatch(error.reason, reason);
      assertEquals(process.appIo.output?.subStatus, "failed");
      process.appIo.again();
    }
    await process.says("ClientApp failed: ");
  });
}

const unloadable: [name: string, module: string, reason: RegExp][] = [
  ["is not TypeScript", "export const app = ;", /Expression expected/],
  ["imports what is not there", `import "./missing.ts"; export const app = 1;`, /missing\.ts/],
  ["fails while it is loaded", `throw new Error("at load");`, /^<class 'Error'>:<'at load'>$/],
  [
    "exports no ClientApp",
    `export const app = {};`,
    /must be a ClientApp from "corolla": there is something else/,
  ],
];

for (const [name, module, reason] of unloadable) {
  Deno.test(`a module that ${name} is answered with error 1`, async () => {
    await using process = await client(module);
    await process.give();
    const [{ error }] = process.appIo.pushed;
    assertEquals(error.code, 1);
    assertMatch(error.reason, reason);
  });
}

Deno.test("output without line ends does not hide that the process is ready", async () => {
  await using process = await client(training(`
    Deno.stdout.writeSync(new TextEncoder().encode("..."));
    process.stdout.write("more");
    await Deno.stderr.write(new TextEncoder().encode("errors"));
    return message.reply(ok());`));
  await process.give();
  process.appIo.again();
  await process.give();
  assertEquals(process.said.match(/\.\.\.moreerrors\n/g)?.length, 2);
});

for (const [name, code] of [["waits", "await new Promise(() => {})"], ["computes", "while (true);"]]) {
  Deno.test(`a process whose input ends leaves although its app ${name} for ever`, async () => {
    await using process = await client(training(`${code}; return message.reply(ok());`));
    const given = process.give();
    while (!process.appIo.calls.includes("ConfirmMessageReceived")) await settled();
    await process.dismiss();
    await given;
    assertEquals((await process.status).code, 0);
    assertEquals(process.appIo.pushed.length, 0);
  });
}

const adding: ScriptedNode = (message) => {
  const metrics = new MetricRecord({ "num-examples": 10 });
  if (message.metadata.messageType === "evaluate") return message.reply(new RecordDict({ metrics }));
  const [array] = message.content.arrays("arrays").toArrays();
  const arrays = ArrayRecord.from({ w: new NDArray((array.data as Float32Array).map((value) => value + 1)) });
  return message.reply(new RecordDict({ arrays, metrics }));
};

const leading = (code: string) => `
import { ArrayRecord, FedAvg, NDArray, ServerApp } from "corolla";
export const app = new ServerApp().main(async (grid, context) => { ${code} });
`;

const server = (code: string) =>
  AppProcess.start({
    plugin: "serverapp",
    files: { "app.ts": leading(code) },
    nodes: new Map([[11n, adding], [12n, adding]]),
  });

Deno.test("a ServerApp leads its run, logs, and leaves its result in the run's folder", async () => {
  await using process = await server(`
    const initial = ArrayRecord.from({ w: new NDArray(Float32Array.of(0, 10)) });
    const result = await new FedAvg().start(grid, initial, { numRounds: context.runConfig.int("rounds") });
    console.log("final", [...result.arrays.toArrays()[0].data]);
    await Deno.writeTextFile(context.runFolder + "/result.txt", "done");
    console.log("elsewhere:", await Deno.writeTextFile(context.runFolder + "/../stray", "x").catch((e) => e.name));
    console.log("net:", await fetch("http://127.0.0.1:8765").catch((e) => e.name));
  `);
  await process.give();
  assertEquals((await process.status).code, 0);
  assertEquals([process.appIo.output?.subStatus, process.appIo.output?.details], ["completed", ""]);
  assertStringIncludes(process.appIo.logText, "INFO :      [ROUND 2/2]\n");
  assertStringIncludes(process.appIo.logText, "final [ 2, 12 ]\n");
  assertStringIncludes(process.appIo.logText, "elsewhere: NotCapable\n");
  assertStringIncludes(process.appIo.logText, "net: NotCapable\n");
  assertEquals(await Deno.readTextFile(`${process.home}/runs/77/result.txt`), "done");
});

const failingServers: [name: string, code: string, details: RegExp][] = [
  [
    "throws",
    `throw new TypeError("no such layer");`,
    /^ServerApp failed with exception: TypeError: no such layer$/,
  ],
  [
    "ends itself",
    `Deno.exit(5);`,
    /^ServerApp failed with exception: ExitError: the app ended itself with status 5/,
  ],
  [
    "forgets a promise",
    `Promise.reject(new Error("lost")); await new Promise(() => {});`,
    /exception: lost$/,
  ],
];

for (const [name, code, details] of failingServers) {
  Deno.test(`a ServerApp that ${name} fails its run with the reason`, async () => {
    await using process = await server(code);
    await process.give();
    assertEquals((await process.status).code, 1);
    assertMatch(process.appIo.output!.details, details);
    assertStringIncludes(process.appIo.logText, "ERROR :     ServerApp failed:\n");
  });
}

Deno.test("a ServerApp whose run is stopped ends at once, and well", async () => {
  await using process = await server(`console.log("up"); for (;;) await grid.getNodeIds();`);
  const given = process.give();
  while (!process.appIo.calls.includes("GetNodes")) await settled();
  process.appIo.stop();
  await given;
  assertEquals((await process.status).code, 0);
  assertEquals(process.appIo.output, undefined);
});

Deno.test("a ServerApp process that is told to leave reports its run as failed", async () => {
  await using process = await server(`await grid.getNodeIds(); await new Promise(() => {});`);
  const given = process.give();
  while (!process.appIo.calls.includes("GetNodes")) await settled();
  process.child.kill("SIGTERM");
  await given;
  await process.status;
  assertEquals(process.appIo.output?.details, "Task failed with unknown error.");
});
