import { runClientTask } from "../../core/app/client_task.ts";
import { readyLine } from "../../core/io/app_lines.ts";
import { clientAppIo } from "../../core/wire/methods.ts";
import { command } from "../command.ts";
import {
  addressFlag,
  appExample,
  appIoTarget,
  appProcessFlags,
  appStage,
  hostOf,
  parentPidOf,
  takesMany,
  taskSession,
  tokensFrom,
} from "./app_process.ts";
import { lifeOf } from "./process_life.ts";

/** `flwr-clientapp`: answers a message with a ClientApp; with tokens on standard input, one after the other. */
export const clientapp = command({
  summary: "Run ClientApp tasks. A SuperExec starts this; nobody needs to type it.",
  flags: { "clientappio-api-address": addressFlag("127.0.0.1:9094"), ...appProcessFlags },
  examples: appExample("clientappio-api-address", "127.0.0.1:9094"),
}, async ({ flags }, env) => {
  const address = flags["clientappio-api-address"];
  const target = await appIoTarget(env, { flags, address, flag: "clientappio-api-address" });
  const stage = appStage(env, flags);
  using life = lifeOf(env, parentPidOf(flags));
  const transport = await env.connect(target);
  const many = takesMany(flags);
  let status = 0;
  let lineIsOpen = false;
  const print = (text: string) => {
    env.stdout(text);
    lineIsOpen = !text.endsWith("\n");
  };
  try {
    for await (const token of life.tokens(tokensFrom(env, flags), { endless: many })) {
      const session = taskSession({ env, transport }, { plugin: "clientapp", methods: clientAppIo, token });
      const end = await runClientTask({
        session,
        stage,
        host: hostOf(env),
        signal: life.signal,
        print,
      });
      status = end === "failed" ? 1 : 0;
      // An app that loops without a pause outlives its Worker's end, and only dies with the process.
      if (end === "stopped") break;
      if (many) {
        // The launcher looks for a line of its own, and an app may have left one open.
        env.stdout(`${lineIsOpen ? "\n" : ""}${await readyLine(token)}\n`);
        lineIsOpen = false;
        stage.prepareNext();
      }
    }
    return many ? 0 : status;
  } finally {
    transport.close();
  }
});
