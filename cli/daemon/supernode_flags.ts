import { number, text, textOr, texts, toggle } from "../config/flags.ts";
import { appIoTlsFlags, grantFlags, healthFlags, isolationFlags, nodeAuthFlagsIn } from "./shared_flags.ts";

const LINK = "The SuperLink";
const NODE = "This node";

/** The flags of `corolla supernode`, those of Flower's guides first. */
export const supernodeFlags = {
  superlink: textOr("127.0.0.1:9092", { placeholder: "ADDRESS", group: LINK, help: "Its Fleet API" }),
  "root-certificates": text({
    placeholder: "PATH",
    group: LINK,
    help: "CA certificate that vouches for it; the system's unless given",
  }),
  insecure: toggle({ group: LINK, help: "No TLS. Only where nobody else can listen" }),
  "max-retries": number({
    placeholder: "N",
    min: 0,
    group: LINK,
    help: "Give up after so many failed tries",
  }),
  "max-wait-time": number({
    placeholder: "SECONDS",
    min: 0,
    fraction: true,
    group: LINK,
    help: "Give up when it is away for so long; otherwise wait for ever",
  }),
  "auth-supernode-private-key": text({
    placeholder: "PATH",
    group: NODE,
    help: "Key that was registered for this node; without it the node makes one for as long as it runs",
  }),
  "auth-supernode-public-key": text({ placeholder: "PATH", group: NODE, help: "Its public half" }),
  ...nodeAuthFlagsIn(NODE),
  "node-config": texts({
    placeholder: "'KEY=VALUE ...'",
    group: NODE,
    help: "What ClientApps read as context.node_config; values as in TOML",
  }),
  "clientappio-api-address": textOr("0.0.0.0:9094", {
    placeholder: "ADDRESS",
    group: NODE,
    help: "Where ClientApp processes and SuperExecs reach this node",
  }),
  "max-object-size": textOr("512MiB", {
    placeholder: "SIZE",
    group: NODE,
    help: "The largest single object that is taken",
  }),
  ...appIoTlsFlags,
  ...isolationFlags,
  ...grantFlags,
  "grpc-rere": toggle({ help: "", hidden: true }),
  "grpc-adapter": toggle({ help: "", refused: transport() }),
  rest: toggle({ help: "", refused: transport() }),
  "trusted-entities": text({
    placeholder: "YAML",
    help: "",
    refused:
      "corolla cannot verify signed apps yet. Run a SuperLink of your own, which takes apps from you only",
    refusedExitCode: 304,
  }),
  ...healthFlags,
};

function transport(): string {
  return "corolla's SuperNodes and SuperLinks speak grpc-rere. Leave the flag out";
}
