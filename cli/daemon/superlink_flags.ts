import { choice, numberOr, text, textOr, toggle } from "../config/flags.ts";
import {
  appIoTlsFlags,
  grantFlags,
  healthFlags,
  isolationFlags,
  logFileFlags,
  nodeAuthFlagsIn,
} from "./shared_flags.ts";

const LISTEN = "Where it listens";
const TLS = "Certificates of the Fleet and Control API";
const NODES = "SuperNodes";
const STATE = "State";

const nodeAuthFlags = nodeAuthFlagsIn(NODES);

/** The flags of `corolla superlink`, those of Flower's guides first. */
export const superlinkFlags = {
  insecure: toggle({ group: TLS, help: "No TLS on any listener. Only where nobody else can listen" }),
  "ssl-ca-certfile": text({
    placeholder: "PATH",
    group: TLS,
    help: "CA certificate: with it SuperNodes and `flwr` verify the identity of this SuperLink",
  }),
  "ssl-certfile": text({
    placeholder: "PATH",
    group: TLS,
    help: "TLS certificate: identifies this SuperLink, under the names and addresses that it is reached by",
  }),
  "ssl-keyfile": text({
    placeholder: "PATH",
    group: TLS,
    help: "TLS private key of that certificate, without a passphrase",
  }),
  ...appIoTlsFlags,
  "enable-supernode-auth": toggle({
    group: NODES,
    help: "Only SuperNodes whose keys were registered with `flwr supernode register` may come. Needs TLS",
  }),
  "auth-list-public-keys": text({
    placeholder: "CSV",
    group: NODES,
    help: "The same, for the keys in this file (OpenSSH's form, comma separated); it may change at any time",
  }),
  "auth-superlink-private-key": text({
    placeholder: "PATH",
    group: NODES,
    help: "Key with which SuperNodes of Flower 1.14.0 share a secret; with --auth-list-public-keys",
  }),
  "auth-superlink-public-key": text({ placeholder: "PATH", group: NODES, help: "Its public half" }),
  ...nodeAuthFlags,
  "allow-key-reuse": toggle({
    group: NODES,
    help: "The key of a SuperNode that was unregistered may be registered again, as another SuperNode",
  }),
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
  ...grantFlags,
  ...healthFlags,
  ...logFileFlags,
  "exec-api-address": text({ placeholder: "ADDRESS", help: "", hidden: true }),
  "fleet-api-type": choice(["grpc-rere", "grpc-adapter", "rest"], { help: "", hidden: true }),
  "fleet-api-num-workers": numberOr(1, { placeholder: "N", min: 1, help: "", hidden: true }),
  simulation: toggle({
    group: "Apps",
    help: "Simulate the SuperNodes of every run on this machine; no others are listened for",
  }),
  executor: text({ placeholder: "NAME", ...gone("flower-superexec") }),
  "executor-dir": text({ placeholder: "PATH", ...gone("flwr run APP") }),
  "executor-config": text({ placeholder: "CONFIG", ...gone("flwr run --run-config") }),
};

function gone(instead: string) {
  return { help: "", refused: `Flower has removed it. Use ${instead} instead`, refusedExitCode: 104 };
}
