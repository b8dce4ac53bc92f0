/** A ClientApp that does whatever its configuration names. */
import { ClientApp, type Message } from "corolla";
import { misdeeds } from "./misdeeds.ts";

export const app = new ClientApp().train(async (message, { runConfig }) => {
  const deed = runConfig.string("client");
  console.log(`the ClientApp ${deed}`);
  if (deed === "answers") return message.reply(message.content);
  return await misdeeds[deed]() as Message;
});
