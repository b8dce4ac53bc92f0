import { choice, number, text, textOr, toggle } from "../config/flags.ts";
import {
  appIoTlsFlags,
  isolationFlags,
  logFileFlags,
  refusedFlags,
  serverGrantFlags,
} from "./shared_flags.ts";

const LISTEN = "Where it listens";
const TLS = "Certificates of the Fleet and Control API";
const NODES = "SuperNodes";
const STATE = "State";

/** The flags of `corolla superlink`, those of Flower's guides first. */
export const superlinkFlags = {
  insecure: toggle({ group: TLS, help: "No TLS on any listener. Only where nobody else can listen" }),
  "ssl-ca-certfile": text({ placeholder: "PATH", group: TLS, help: "CA certificate" }),
  "ssl-certfile": text({ placeholder: "PATH", group: TLS, help: "Server certificate" }),
  "ssl-keyfile": text({ placeholder: "PATH", group: TLS, help: "Private key of the server certificate" }),
  ...appIoTlsFlags,
  "enable-supernode-auth": toggle({
    group: NODES,
    help: "Only SuperNodes whose keys were registered with `flwr supernode register` may come. Needs TLS",
  }),
  "auth-list-public-keys": text({
    placeholder: "CSV",
    group: NODES,
    help: "The same, with the keys in this file (OpenSSH's form, comma separated) registered at the start",
  }),
  "auth-superlink-private-key": text({ placeholder: "PATH", help: "", hidden: true }),
  "auth-superlink-public-key": text({ placeholder: "PATH", help: "", hidden: true }),
  "fleet-api-address": textOr("0.0.0.0:9092", {
    placeholder: "ADDRESS",
    group: LISTEN,
    help: "For SuperNodes",
  }),
  "control-api-address": text({
    placeholder: "ADDRESS",
    group: LISTEN,
    shownDefault: "0.0.0.0:9093",
    help: "For the `flwr` command line",
  }),
  "serverappio-api-address": textOr("0.0.0.0:9091", {
    placeholder: "ADDRESS",
    group: LISTEN,
    aliases: ["simulationio-api-address"],
    help: "For ServerApp processes and SuperExecs",
  }),
  database: text({
    placeholder: "PATH",
    group: STATE,
    shownDefault: "$FLWR_HOME/superlink/state.db",
    help: "File that keeps runs and nodes; `:flwr-in-memory:` forgets them when the SuperLink ends",
  }),
  "max-object-size": textOr("512MiB", {
    placeholder: "SIZE",
    group: STATE,
    help: "The largest single object that is taken",
  }),
  ...isolationFlags,
  "allow-runtime-dependency-installation": toggle({ help: "", hidden: true }),
  "disable-runtime-dependency-installation": toggle({
    group: "Apps",
    help: "Python apps may not install what they depend on",
  }),
  ...serverGrantFlags,
  ...refusedFlags,
  ...logFileFlags,
  "exec-api-address": text({ placeholder: "ADDRESS", help: "", hidden: true }),
  "fleet-api-type": choice(["grpc-rere", "grpc-adapter", "rest"], { help: "", hidden: true }),
  "fleet-api-num-workers": number({ placeholder: "N", min: 1, help: "", hidden: true }),
  simulation: toggle({ help: "", refused: "corolla runs deployments only, no simulations yet" }),
  executor: text({ placeholder: "NAME", help: "", refused: gone("flower-superexec") }),
  "executor-dir": text({ placeholder: "PATH", help: "", refused: gone("flwr run APP") }),
  "executor-config": text({ placeholder: "CONFIG", help: "", refused: gone("flwr run --run-config") }),
};

function gone(instead: string): string {
  return `Flower has removed it. Use ${instead} instead`;
}
