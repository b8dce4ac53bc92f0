import { runServerTask } from "../../core/app/server_task.ts";
import { serverAppIo } from "../../core/wire/methods.ts";
import { command } from "../command.ts";
import { texts } from "../config/flags.ts";
import {
  addressFlag,
  appIoTarget,
  appProcessFlags,
  hostOf,
  parentPidOf,
  refusalOfApps,
  takesMany,
  taskSession,
  threadGrants,
  tokensFrom,
} from "./app_process.ts";
import { appsFolder, runsFolder } from "./app_permissions.ts";
import { AppStage } from "./app_stage.ts";
import { lifeOf } from "./process_life.ts";

/** `flwr-serverapp`: runs one ServerApp task. */
export const serverapp = command({
  summary: "Run one ServerApp task. A SuperExec starts this; nobody needs to type it.",
  flags: {
    "serverappio-api-address": addressFlag("127.0.0.1:9091"),
    ...appProcessFlags,
    "allow-app-write": texts({
      placeholder: "PATH",
      group: "What the app may do",
      help: "A folder that the app may write beside the one of its run",
    }),
    "allow-app-net": texts({
      placeholder: "HOST[:PORT]",
      group: "What the app may do",
      help: "A host that the app may connect to",
    }),
  },
}, async ({ flags }, env) => {
  const address = flags["serverappio-api-address"];
  const target = await appIoTarget(env, { flags, address, flag: "serverappio-api-address" });
  const allowed = flags["allow-unconfined-apps"];
  const refusal = refusalOfApps(env, { allowed, standalone: Deno.build.standalone });
  const folders = { apps: appsFolder(env), runs: runsFolder(env) };
  const stage = new AppStage(folders, { grants: threadGrants(env, flags), refusal });
  using life = lifeOf(env, parentPidOf(flags));
  const transport = await env.connect(target);
  try {
    for await (const token of life.tokens(tokensFrom(env, flags), { endless: takesMany(flags) })) {
      const session = taskSession({ env, transport }, { plugin: "serverapp", methods: serverAppIo, token });
      const end = await runServerTask({ session, stage, host: hostOf(env), signal: life.signal });
      return end === "failed" ? 1 : 0;
    }
    return 0;
  } finally {
    transport.close();
    await stage.removeUnused();
  }
});
