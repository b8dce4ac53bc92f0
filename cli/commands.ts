import type { FlagTable } from "./config/flags.ts";
import type { About } from "./config/help.ts";
import type { Env } from "./env.ts";

/** What a command does with the words after its name. Returns the exit status. */
export interface Run {
  (args: string[], env: Env): Promise<number>;
  /** What it takes, for completion and for tests; absent where another command's flags follow its words. */
  readonly about?: About<FlagTable>;
}

/** One row of the table. */
export interface Command {
  /** One line for `--help`. */
  readonly summary: string;
  /** Under this name a link to or a copy of the program is this command. */
  readonly programName?: string;
  /** Works, but `--help` does not list it. */
  readonly hidden?: boolean;
  /** Its first word is one of these commands, whose flags follow. */
  readonly runsAnother?: readonly string[];
  /** Fetches the code; only the command that is run is ever loaded. */
  load(): Promise<Run>;
}

/** Every command: the words typed, and what they run. */
export const commands: Readonly<Record<string, Command>> = {
  superlink: {
    summary: "Run a SuperLink: the hub that SuperNodes, ServerApps and `flwr` talk to",
    programName: "flower-superlink",
    load: async () => (await import("./daemon/superlink.ts")).superlink,
  },
  supernode: {
    summary: "Run a SuperNode: connects one place with data to a SuperLink",
    programName: "flower-supernode",
    load: async () => (await import("./daemon/supernode.ts")).supernode,
  },
  superexec: {
    summary: "Run a SuperExec: starts app processes for a SuperLink or a SuperNode",
    programName: "flower-superexec",
    load: async () => (await import("./daemon/superexec.ts")).superexec,
  },
  "flwr-serverapp": {
    summary: "Run one ServerApp task (a SuperExec starts this)",
    programName: "flwr-serverapp",
    load: async () => (await import("./daemon/serverapp.ts")).serverapp,
  },
  "flwr-clientapp": {
    summary: "Run ClientApp tasks (a SuperExec starts this)",
    programName: "flwr-clientapp",
    load: async () => (await import("./daemon/clientapp.ts")).clientapp,
  },
  "flwr-simulation": {
    summary: "Run one simulation task (a SuperExec starts this)",
    programName: "flwr-simulation",
    load: async () => (await import("./daemon/simulation.ts")).simulation,
  },
  fence: {
    summary: "Run a program that can touch only what is named (a daemon starts this)",
    hidden: true,
    load: async () => (await import("./daemon/fence.ts")).fence,
  },
  "flwr new": {
    summary: "Make a new Flower app, in TypeScript or Python",
    load: async () => (await import("./flwr/new.ts")).newApp,
  },
  "flwr run": {
    summary: "Run a Flower app",
    load: async () => (await import("./flwr/run.ts")).run,
  },
  "flwr list": {
    summary: "List runs",
    load: async () => (await import("./flwr/list.ts")).list,
  },
  "flwr log": {
    summary: "Show what a run printed",
    load: async () => (await import("./flwr/log.ts")).log,
  },
  "flwr stop": {
    summary: "Stop a run",
    load: async () => (await import("./flwr/stop.ts")).stop,
  },
  "flwr build": {
    summary: "Build a Flower App Bundle (FAB) from an app's folder",
    load: async () => (await import("./flwr/build.ts")).build,
  },
  "flwr install": {
    summary: "Install a Flower App Bundle",
    load: async () => (await import("./flwr/install.ts")).install,
  },
  "flwr pull": {
    summary: "Get the address of a run's artifacts",
    load: async () => (await import("./flwr/pull.ts")).pull,
  },
  "flwr login": {
    summary: "Log in to a SuperLink",
    load: async () => (await import("./flwr/login.ts")).login,
  },
  "flwr app publish": {
    summary: "Publish an app on Flower Hub (Flower's own flwr can)",
    load: async () => (await import("./flwr/app_hub.ts")).appPublish,
  },
  "flwr app review": {
    summary: "Review an app of Flower Hub (Flower's own flwr can)",
    load: async () => (await import("./flwr/app_hub.ts")).appReview,
  },
  "flwr config list": {
    summary: "List the SuperLink connections in config.toml",
    load: async () => (await import("./flwr/config_list.ts")).configList,
  },
  "flwr supernode register": {
    summary: "Make a SuperNode's public key known to a SuperLink",
    load: async () => (await import("./flwr/supernode_register.ts")).supernodeRegister,
  },
  "flwr supernode unregister": {
    summary: "Remove a SuperNode for ever",
    load: async () => (await import("./flwr/supernode_unregister.ts")).supernodeUnregister,
  },
  "flwr supernode list": {
    summary: "List SuperNodes",
    load: async () => (await import("./flwr/supernode_list.ts")).supernodeList,
  },
  "flwr federation list": {
    summary: "List federations, or show one",
    load: async () => (await import("./flwr/federation_list.ts")).federationList,
  },
  "flwr federation create": {
    summary: "Create a federation",
    load: async () => (await import("./flwr/federation_changes.ts")).federationCreate,
  },
  "flwr federation archive": {
    summary: "Archive a federation",
    load: async () => (await import("./flwr/federation_changes.ts")).federationArchive,
  },
  "flwr federation add-supernode": {
    summary: "Add a SuperNode to a federation",
    load: async () => (await import("./flwr/federation_changes.ts")).federationAddSupernode,
  },
  "flwr federation remove-supernode": {
    summary: "Remove a SuperNode from a federation",
    load: async () => (await import("./flwr/federation_changes.ts")).federationRemoveSupernode,
  },
  "flwr federation remove-account": {
    summary: "Remove an account from a federation",
    load: async () => (await import("./flwr/federation_changes.ts")).federationRemoveAccount,
  },
  "flwr federation simulation-config": {
    summary: "Set how the simulations of a federation run",
    load: async () => (await import("./flwr/federation_changes.ts")).federationSimulationConfig,
  },
  "flwr federation invite create": {
    summary: "Invite an account to a federation",
    load: async () => (await import("./flwr/federation_changes.ts")).inviteCreate,
  },
  "flwr federation invite accept": {
    summary: "Accept an invitation",
    load: async () => (await import("./flwr/federation_changes.ts")).inviteAccept,
  },
  "flwr federation invite reject": {
    summary: "Reject an invitation",
    load: async () => (await import("./flwr/federation_changes.ts")).inviteReject,
  },
  "flwr federation invite revoke": {
    summary: "Take an invitation back",
    load: async () => (await import("./flwr/federation_changes.ts")).inviteRevoke,
  },
  "flwr federation invite list": {
    summary: "List invitations to federations",
    load: async () => (await import("./flwr/invite_list.ts")).inviteList,
  },
  plot: {
    summary: "Draw the metrics of a run, round by round, as SVG or PNG",
    load: async () => (await import("./plot/plot.ts")).plot,
  },
  certs: {
    summary: "Make a CA and server certificates",
    load: async () => (await import("./tools/certs.ts")).certs,
  },
  keys: {
    summary: "Make key pairs for SuperNode authentication",
    load: async () => (await import("./tools/keys.ts")).keys,
  },
  demo: {
    summary: "Train on real images with one SuperLink and two SuperNodes, all on this machine",
    load: async () => (await import("./tools/demo.ts")).demo,
  },
  completion: {
    summary: "Print what makes a shell complete commands, flags and names",
    load: async () => (await import("./completion/completion.ts")).completion,
  },
  permissions: {
    summary: "Print the shortest list of Deno permissions that a role needs",
    runsAnother: ["superlink", "supernode", "superexec"],
    load: async () => (await import("./tools/permissions.ts")).permissions,
  },
};
