import { choice, number, text, texts, toggle } from "../config/flags.ts";

/** Flags that more than one daemon has, in the words of Flower's guides. */

const TLS = "Certificates of the AppIo API (for app processes and SuperExecs)";

/** The certificate of the AppIo listener. */
export const appIoTlsFlags = {
  "appio-ssl-ca-certfile": text({ placeholder: "PATH", group: TLS, help: "CA certificate" }),
  "appio-ssl-certfile": text({
    placeholder: "PATH",
    group: TLS,
    help: "Server certificate; it must name the address that SuperExecs use, such as IP:127.0.0.1",
  }),
  "appio-ssl-keyfile": text({
    placeholder: "PATH",
    group: TLS,
    help: "Private key of the server certificate",
  }),
};

const APPS = "Apps";

/** Who starts app processes, and how. */
export const isolationFlags = {
  isolation: choice(["subprocess", "process"], {
    group: APPS,
    default: "subprocess",
    help: "subprocess: app processes are started from here. process: SuperExecs of yours start them",
  }),
  "superexec-auth-secret-file": text({
    placeholder: "PATH",
    group: APPS,
    help: "File with a secret that SuperExecs of yours share (with --isolation process)",
  }),
  "allow-runtime-dependency-installation": toggle({
    group: APPS,
    help: "Let Python apps install what they depend on",
  }),
};

const GRANTS = "What TypeScript apps may do";

const readGrant = {
  "allow-app-read": texts({
    placeholder: "PATH",
    group: GRANTS,
    help: "A file or folder that apps may read; they see nothing else but their own bundle",
  }),
};

const unconfined = {
  "allow-unconfined-apps": toggle({
    group: GRANTS,
    help: "Run TypeScript apps in the compiled program although it cannot confine them",
  }),
};

/** Grants for ClientApps. */
export const clientGrantFlags = { ...readGrant, ...unconfined };

/** Grants for ServerApps. */
export const serverGrantFlags = {
  ...readGrant,
  "allow-app-write": texts({
    placeholder: "PATH",
    group: GRANTS,
    help: "A folder that ServerApps may write, beside the one of their run",
  }),
  "allow-app-net": texts({
    placeholder: "HOST[:PORT]",
    group: GRANTS,
    help: "A host that ServerApps may connect to",
  }),
  ...unconfined,
};

/** What Flower has and this program does not. */
export const refusedFlags = {
  "health-server-address": text({
    placeholder: "ADDRESS",
    help: "",
    refused: "corolla has no health service yet. Probe the listening port instead",
  }),
};

/** Log files are the business of whoever starts the program. */
export const logFileFlags = {
  "log-file": text({
    placeholder: "PATH",
    help: "",
    refused: "corolla logs to standard error. Redirect it: 2>>superlink.log",
  }),
  "log-rotation-interval-hours": number({ placeholder: "N", min: 1, help: "", refused: rotation() }),
  "log-rotation-backup-count": number({ placeholder: "N", min: 1, help: "", refused: rotation() }),
};

function rotation(): string {
  return "corolla logs to standard error. Let logrotate or your service manager keep the logs";
}
