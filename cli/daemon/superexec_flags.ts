import { choice, text, toggle } from "../config/flags.ts";
import { grantFlags, healthFlags } from "./shared_flags.ts";

const APPIO = "The SuperLink or SuperNode that it works for";
const APPS = "Apps";

/** The flags of `corolla superexec`, those of Flower's guides first. */
export const superexecFlags = {
  "appio-api-address": text({ placeholder: "ADDRESS", group: APPIO, help: "Its AppIo API. Must be given" }),
  "plugin-type": choice(["serverapp", "clientapp", "simulation", "serverapp-ephemeral"], {
    group: APPIO,
    placeholder: "serverapp|clientapp",
    help: "serverapp for a SuperLink, clientapp for a SuperNode. Must be given",
  }),
  "root-certificates": text({
    placeholder: "PATH",
    group: APPIO,
    help: "CA certificate that vouches for it; the system's unless given",
  }),
  insecure: toggle({ group: APPIO, help: "No TLS. Only where nobody else can listen" }),
  "superexec-auth-secret-file": text({
    placeholder: "PATH",
    group: APPIO,
    help: "File with the secret that both share",
  }),
  "parent-pid": text({ placeholder: "PID", group: APPIO, help: "End when this process is gone" }),
  "app-runtime": choice(["python", "typescript"], {
    group: APPS,
    default: "python",
    help: "What apps are written in, where an official SuperLink or SuperNode does not say it",
  }),
  "allow-runtime-dependency-installation": toggle({
    group: APPS,
    help: "Let Python apps install what they depend on",
  }),
  ...grantFlags,
  executor: choice(["subprocess", "kubernetes"], { help: "", hidden: true }),
  "executor-config": text({
    placeholder: "PATH",
    help: "",
    refused: "corolla starts app processes on this machine only, which needs no configuration",
  }),
  ...healthFlags,
};
