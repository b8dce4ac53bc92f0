import { command } from "../command.ts";
import { UserError } from "../output.ts";

/** `flwr app publish`: refused, as it needs Flower's own platform. */
export const appPublish = command({
  summary: "Publish a Flower App on Flower Hub. corolla does not talk to Flower Hub.",
  words: ["[APP]"],
  wordHelp: { "[APP]": "The app's folder; this folder unless told" },
  flags: {},
  examples: [{ for: "Give an app to others without Flower Hub: as a file", line: "flwr build --app my-app" }],
}, () => {
  throw new UserError("Cannot publish an app as corolla does not talk to Flower Hub", {
    hint:
      "Use the official flwr for it, or hand the app on as a file: flwr build, then flwr install FILE.fab",
  });
});

/** `flwr app review`: refused for the same reason. */
export const appReview = command({
  summary: "Review a Flower App of Flower Hub and sign it. corolla does not talk to Flower Hub.",
  words: ["APP_SPEC"],
  wordHelp: { APP_SPEC: "@account/app[==x.y.z]" },
  flags: {},
  examples: [{ for: "Look at an app before it runs: unpack its file", line: "flwr install acme.my-app.fab" }],
}, () => {
  throw new UserError("Cannot review an app as corolla does not talk to Flower Hub", {
    hint:
      "Use the official flwr for it. An app that you have as a file can be read after flwr install FILE.fab",
  });
});
