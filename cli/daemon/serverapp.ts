import { runServerTask, type TaskEnd, type TaskOptions } from "../../core/app/server_task.ts";
import { serverAppIo } from "../../core/wire/methods.ts";
import { command } from "../command.ts";
import { text } from "../config/flags.ts";
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

/** `flwr-serverapp`: runs one ServerApp task. */
export const serverapp = serverProcess({
  summary: "Run one ServerApp task. A SuperExec starts this; nobody needs to type it.",
  run: runServerTask,
});

/** A process that runs one task of a ServerApp, in whatever way. */
export function serverProcess(
  { summary, run }: { summary: string; run: (task: TaskOptions) => Promise<TaskEnd> },
) {
  return command({
    summary,
    flags: {
      "serverappio-api-address": addressFlag("127.0.0.1:9091"),
      ...appProcessFlags,
      "runs-folder": text({ placeholder: "PATH", help: "", hidden: true }),
    },
    examples: appExample("serverappio-api-address", "127.0.0.1:9091"),
  }, async ({ flags }, env) => {
    const address = flags["serverappio-api-address"];
    const target = await appIoTarget(env, { flags, address, flag: "serverappio-api-address" });
    const stage = appStage(env, flags, flags["runs-folder"]);
    using life = lifeOf(env, parentPidOf(flags));
    const transport = await env.connect(target);
    try {
      for await (const token of life.tokens(tokensFrom(env, flags), { endless: takesMany(flags) })) {
        const session = taskSession({ env, transport }, { plugin: "serverapp", methods: serverAppIo, token });
        const end = await run({ session, stage, host: hostOf(env), signal: life.signal });
        return end === "failed" ? 1 : 0;
      }
      return 0;
    } finally {
      transport.close();
      await stage.removeUnused();
    }
  });
}
