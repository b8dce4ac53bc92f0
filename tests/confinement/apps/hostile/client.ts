/** A ClientApp that does its worst. Each action is one way of misbehaving; what it got is its reply. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { ClientApp, ConfigRecord, type Context, type Message, RecordDict } from "corolla";
import { tryAll } from "./attempts.ts";
import { forgeCalls, forgeOutcome, leaveTraces, pollute } from "./mischief.ts";
import { targetsOf } from "./targets.ts";

export const app = new ClientApp()
  .query("attempts", async (message, context) => reply(message, await tryAll(targetsOf(context))))
  .query("may", async (message, context) => reply(message, await mayDo(context)))
  .query("calls", async (message) => reply(message, await forgeCalls()))
  .query("pollute", (message) => {
    pollute();
    return reply(message, ["polluted"]);
  })
  .query("outcome", async (message) => {
    await forgeOutcome();
    return reply(message, ["forged"]);
  })
  .query("datagram", async (message) => {
    await new Promise((resolve) => createSocket("udp4").bind(0, "127.0.0.1", () => resolve(0)));
    return reply(message, ["DONE: listening"]);
  })
  .query("listen", async (message) => {
    await new Promise((resolve) => createServer().listen(0, "127.0.0.1", () => resolve(0)));
    return reply(message, ["DONE: listening"]);
  })
  .query("exit", () => Deno.exit(0))
  .query("crash", () => {
    throw new Error("on purpose");
  })
  .query("traces", async (message) => reply(message, await leaveTraces()))
  .query("spin", () => {
    console.log("spinning");
    while (true);
  });

async function mayDo({ runConfig }: Context): Promise<string[]> {
  const granted = runConfig.string("granted-path");
  const bundled = new URL("./README.md", import.meta.url);
  const imported = await import(bundled.href, { with: { type: "text" } });
  return [
    `bundle: ${(await Deno.readTextFile(bundled)).trim()}`,
    `bundle, imported: ${imported.default.trim()}`,
    `granted: ${await Deno.readTextFile(granted)}`,
  ];
}

function reply(message: Message, lines: string[]): Message {
  return message.reply(new RecordDict({ told: new ConfigRecord({ lines }) }));
}
