import { choice, numberOr, text, texts, toggle } from "../config/flags.ts";

/** Flags that more than one daemon has, in the words of Flower's guides. */

const TLS = "Certificates of the AppIo API (for app processes and SuperExecs)";

/** The certificate of the AppIo listener. */
export const appIoTlsFlags = {
  "appio-ssl-ca-certfile": text({
    placeholder: "PATH",
    group: TLS,
    help: "CA certificate: with it SuperExecs and app processes verify whom they are connected to",
  }),
  "appio-ssl-certfile": text({
    placeholder: "PATH",
    group: TLS,
    help: "TLS certificate; it must name the address that SuperExecs use, such as IP:127.0.0.1",
  }),
  "appio-ssl-keyfile": text({
    placeholder: "PATH",
    group: TLS,
    help: "TLS private key of that certificate, without a passphrase",
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

const GRANTS = "What apps may do";

/** What is granted to apps, and what holds them to it. */
export const grantFlags = {
  "allow-app-read": texts({
    placeholder: "PATH",
    group: GRANTS,
    help: "A file or folder that apps may read; they see nothing else but their own bundle",
  }),
  "allow-app-write": texts({
    placeholder: "PATH",
    group: GRANTS,
    help: "A file or folder that apps may change, beside what is theirs for as long as they run",
  }),
  "allow-app-net": texts({
    placeholder: "HOST[:PORT]",
    group: GRANTS,
    help: "A host that apps may connect to",
  }),
  "allow-app-device": texts({
    placeholder: "PATH",
    group: GRANTS,
    help: "A device that Python apps may use, such as /dev/nvidia0",
  }),
  "allow-app-env": texts({
    placeholder: "NAME[=VALUE]",
    group: GRANTS,
    help: "An environment variable that Python apps see",
  }),
  "app-fence": choice(["landlock", "bubblewrap", "none"], {
    group: GRANTS,
    help: "What holds apps in beside Deno; the best that this Linux has unless given",
  }),
  "require-fence": toggle({
    group: GRANTS,
    help: "Do not start where nothing holds Python apps in",
  }),
  "allow-unconfined-apps": toggle({
    group: GRANTS,
    help: "Where there is no fence, run TypeScript apps without a compartment: nothing confines them",
  }),
};

/** Whether all is well, for a service manager or an orchestrator. */
export const healthFlags = {
  "health-server-address": text({
    placeholder: "ADDRESS",
    group: "Health",
    help: "Where to answer gRPC health checks (grpc.health.v1), without TLS; nowhere unless given",
  }),
};

const LOG = "Log";

/** Where the log goes beside standard error. */
export const logFileFlags = {
  "log-file": text({
    placeholder: "PATH",
    group: LOG,
    help: "A file that gets every log line, beside standard error. Older ones get .1, .2 ... behind the name",
  }),
  "log-rotation-interval-hours": numberOr(24, {
    placeholder: "N",
    min: 1,
    group: LOG,
    help: "Begin a new log file every so many hours",
  }),
  "log-rotation-backup-count": numberOr(7, {
    placeholder: "N",
    min: 1,
    group: LOG,
    help: "Keep so many older log files",
  }),
};

/** How SuperNode and SuperLink make sure of each other, under a heading. */
export function nodeAuthFlagsIn(group: string) {
  return {
    "auth-passphrase-file": text({
      placeholder: "PATH",
      group,
      help: "File with the passphrase of the private key; otherwise it is asked for",
    }),
    "require-node-auth": choice(["hmac"], {
      group,
      help: "Refuse every other way to authenticate a SuperNode: both sides must be corolla's",
    }),
  };
}
