/** A ClientApp that tries to get out of its compartment, each way by name; what came of them is its reply. */
import { ClientApp, ConfigRecord, RecordDict } from "corolla";
import { tryAll } from "./attempts.ts";

export const app = new ClientApp().query(async (message, { runConfig }) => {
  const lines = await tryAll(runConfig.string("key-path"));
  return message.reply(new RecordDict({ told: new ConfigRecord({ lines }) }));
});
