import { choice, number, text, toggle } from "../config/flags.ts";
import { UserError } from "../output.ts";
import type { ControlClient } from "./control_client.ts";
import { flwrCommand, idFrom } from "./flwr_command.ts";

/*
 * Commands that change a federation. Only a SuperLink with accounts and a federation manager can do it; what
 * another one answers is shown as it is.
 */

const SUPERLINK = { "[SUPERLINK]": "A connection of config.toml; its default unless told" };

/** `flwr federation create`. */
export const federationCreate = flwrCommand({
  summary: "Create a federation.",
  words: ["NAME", "[SUPERLINK]"],
  wordHelp: SUPERLINK,
  flags: {
    description: text({ placeholder: "TEXT", help: "What it is for" }),
    simulation: toggle({ help: "Its runs are simulations" }),
  },
}, async ({ flags, words: [name, superlink] }, session) => {
  const control = await session.control(await session.connection(superlink));
  const { description = "", simulation } = flags;
  const reply = await control.call("CreateFederation", { federation_name: name, description, simulation });
  const made = reply.federation?.name ?? name;
  session.answer({
    text: () => `✅ Federation '${made}' created successfully.\n`,
    json: () => ({ success: true, name: made }),
  });
});

/** `flwr federation archive`. */
export const federationArchive = flwrCommand({
  summary: "Archive a federation.",
  words: ["NAME", "[SUPERLINK]"],
  wordHelp: SUPERLINK,
  flags: {},
}, async ({ words: [name, superlink] }, session) => {
  const control = await session.control(await session.connection(superlink));
  await control.call("ArchiveFederation", { federation_name: name });
  session.answer({
    text: () => `✅ Federation '${name}' archived successfully.\n`,
    json: () => ({ success: true, name }),
  });
});

/** What a plain change sends, and what is said when it is done. */
interface Change {
  readonly summary: string;
  readonly words: readonly string[];
  readonly done: (words: readonly string[]) => string;
  readonly send: (control: ControlClient, words: readonly string[]) => Promise<unknown>;
}

/** A change whose words are followed by the SuperLink's name and whose answer is only that it happened. */
function change({ summary, words, done, send }: Change) {
  return flwrCommand(
    { summary, words: [...words, "[SUPERLINK]"], wordHelp: SUPERLINK, flags: {} },
    async (line, session) => {
      if (words[0] === "NODE_ID") idFrom(line.words[0], "a SuperNode's id");
      const control = await session.control(await session.connection(line.words[words.length]));
      await send(control, line.words);
      session.answer({ text: () => `✅ ${done(line.words)}\n`, json: () => ({ success: true }) });
    },
  );
}

/** `flwr federation add-supernode`. */
export const federationAddSupernode = change({
  summary: "Add a SuperNode to a federation.",
  words: ["NODE_ID", "NAME"],
  done: ([id, name]) => `SuperNode ${id} added to federation '${name}'.`,
  send: (control, [id, name]) =>
    control.call("AddNodeToFederation", { federation_name: name, node_id: BigInt(id) }),
});

/** `flwr federation remove-supernode`. */
export const federationRemoveSupernode = change({
  summary: "Remove a SuperNode from a federation.",
  words: ["NODE_ID", "NAME"],
  done: ([id, name]) => `SuperNode ${id} removed from federation '${name}'.`,
  send: (control, [id, name]) =>
    control.call("RemoveNodeFromFederation", { federation_name: name, node_id: BigInt(id) }),
});

/** `flwr federation remove-account`. */
export const federationRemoveAccount = change({
  summary: "Remove an account from a federation; your own unless told.",
  words: ["NAME", "[ACCOUNT]"],
  done: ([name, account]) =>
    `${account ? `Account '${account}'` : "Your account"} removed from federation '${name}'.`,
  send: (control, [name, account]) =>
    control.call("RemoveAccountFromFederation", {
      federation_name: name,
      ...(account === undefined ? {} : { account_name: account }),
    }),
});

/** `flwr federation invite create`. */
export const inviteCreate = change({
  summary: "Invite an account to a federation.",
  words: ["ACCOUNT", "NAME"],
  done: ([account, name]) => `Invitation for '${account}' to federation '${name}' created.`,
  send: (control, [account, name]) =>
    control.call("CreateInvitation", { invitee_account_name: account, federation_name: name }),
});

/** `flwr federation invite accept`. */
export const inviteAccept = change({
  summary: "Accept an invitation to a federation.",
  words: ["NAME"],
  done: ([name]) => `Invitation to federation '${name}' accepted.`,
  send: (control, [name]) => control.call("AcceptInvitation", { federation_name: name }),
});

/** `flwr federation invite reject`. */
export const inviteReject = change({
  summary: "Reject an invitation to a federation.",
  words: ["NAME"],
  done: ([name]) => `Invitation to federation '${name}' rejected.`,
  send: (control, [name]) => control.call("RejectInvitation", { federation_name: name }),
});

/** `flwr federation invite revoke`. */
export const inviteRevoke = change({
  summary: "Take an invitation back.",
  words: ["ACCOUNT", "NAME"],
  done: ([account, name]) => `Invitation for '${account}' to federation '${name}' revoked.`,
  send: (control, [account, name]) =>
    control.call("RevokeInvitation", { invitee_account_name: account, federation_name: name }),
});

/** `flwr federation simulation-config`. */
export const federationSimulationConfig = flwrCommand({
  summary: "Set how the simulations of a federation run.",
  words: ["[NAME]", "[SUPERLINK]"],
  wordHelp: SUPERLINK,
  flags: {
    "num-supernodes": number({ placeholder: "N", min: 1, help: "Virtual SuperNodes" }),
    "client-resources-num-cpus": number({ placeholder: "N", min: 1, help: "CPUs for each ClientApp" }),
    "client-resources-num-gpus": number({
      placeholder: "RATIO",
      min: 0,
      fraction: true,
      help: "Share of a GPU's memory for each ClientApp",
    }),
    verbose: toggle({ help: "Log everything" }),
    "backend-name": choice(["ray"], { help: "What runs it" }),
    "init-args-num-cpus": number({ placeholder: "N", min: 1, help: "CPUs for the backend" }),
    "init-args-num-gpus": number({ placeholder: "N", min: 0, help: "GPUs for the backend" }),
    "init-args-logging-level": text({ placeholder: "LEVEL", help: "How much the backend logs" }),
    "init-args-log-to-driver": choice(["true", "false"], { help: "Whether its workers' logs are shown" }),
  },
}, async ({ flags, words: [name = "", superlink] }, session) => {
  const logToDriver = flags["init-args-log-to-driver"];
  const config = {
    num_supernodes: flags["num-supernodes"],
    client_resources_num_cpus: flags["client-resources-num-cpus"],
    client_resources_num_gpus: flags["client-resources-num-gpus"],
    backend: flags["backend-name"],
    verbose: flags.verbose || undefined,
    init_args_num_cpus: flags["init-args-num-cpus"],
    init_args_num_gpus: flags["init-args-num-gpus"],
    init_args_logging_level: flags["init-args-logging-level"],
    init_args_log_to_driver: logToDriver === undefined ? undefined : logToDriver === "true",
  };
  if (Object.values(config).every((value) => value === undefined)) {
    throw new UserError("At least one simulation configuration option must be provided.");
  }
  const control = await session.control(await session.connection(superlink));
  const reply = await control.call("ConfigureSimulationFederation", { federation_name: name, config });
  session.answer({
    text: () => `✅ Federation '${reply.federation_name}' configured.\n`,
    json: () => ({ success: true, federation_name: reply.federation_name }),
  });
});
