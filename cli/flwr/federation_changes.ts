import { choice, number, text, toggle } from "../config/flags.ts";
import { UserError } from "../output.ts";
import type { ControlClient } from "./control_client.ts";
import { flwrCommand, idFrom, whereText } from "./flwr_command.ts";

/*
 * Commands that change a federation. Only a SuperLink with accounts and a federation manager can do it; what
 * another one answers is shown as it is.
 */

/** What each word of these commands means. */
const WORDS: Readonly<Record<string, string>> = {
  NAME: "The federation: @account/name",
  "[NAME]": "The federation: @account/name; the connection's own unless told",
  ACCOUNT: "The name of an account of that SuperLink",
  "[ACCOUNT]": "The name of an account of that SuperLink; your own unless told",
  NODE_ID: "A SuperNode, as `flwr supernode list` shows it",
  "[SUPERLINK]": "A connection of config.toml; its default unless told",
};

function helpOn(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(words.map((word) => [word, WORDS[word]]));
}

/** `flwr federation create`. */
export const federationCreate = flwrCommand({
  summary: "Create a federation.",
  words: ["NAME", "[SUPERLINK]"],
  wordHelp: helpOn(["NAME", "[SUPERLINK]"]),
  flags: {
    description: text({ placeholder: "TEXT", help: "What it is for" }),
    simulation: toggle({ help: "Its runs are simulations" }),
  },
  examples: [{ for: "One for five hospitals", line: '$ @acme/hospitals --description "Five hospitals"' }],
}, async ({ flags, words: [name, superlink] }, session) => {
  const control = await session.control(await session.connection(superlink));
  const { description = "", simulation } = flags;
  const reply = await control.call("CreateFederation", { federation_name: name, description, simulation });
  const made = reply.federation?.name;
  if (!made) throw new UserError("Federation couldn't be created.");
  session.answer({
    text: () => `✅ Federation '${made}' created successfully.\n`,
    json: () => ({ success: true, name: made }),
  });
});

/** `flwr federation archive`. */
export const federationArchive = flwrCommand({
  summary: "Archive a federation.",
  words: ["NAME", "[SUPERLINK]"],
  wordHelp: helpOn(["NAME", "[SUPERLINK]"]),
  flags: {},
  examples: [{ for: "It is not needed any more", line: "$ @acme/hospitals" }],
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
  readonly example: { readonly for: string; readonly line: string };
  readonly done: (words: readonly string[]) => string;
  readonly send: (control: ControlClient, words: readonly string[]) => Promise<unknown>;
}

/** A change whose words are followed by the SuperLink's name and whose answer is only that it happened. */
function change({ summary, words, example, done, send }: Change) {
  const all = [...words, "[SUPERLINK]"];
  return flwrCommand(
    { summary, words: all, wordHelp: helpOn(all), flags: {}, examples: [example] },
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
  example: { for: "A sixth hospital", line: "$ 3812269628817282029 @acme/hospitals" },
  done: () => "SuperNode added to federation.",
  send: (control, [id, name]) =>
    control.call("AddNodeToFederation", { federation_name: name, node_id: BigInt(id) }),
});

/** `flwr federation remove-supernode`. */
export const federationRemoveSupernode = change({
  summary: "Remove a SuperNode from a federation.",
  words: ["NODE_ID", "NAME"],
  example: { for: "A hospital leaves", line: "$ 3812269628817282029 @acme/hospitals" },
  done: () => "SuperNode removed from federation.",
  send: (control, [id, name]) =>
    control.call("RemoveNodeFromFederation", { federation_name: name, node_id: BigInt(id) }),
});

/** `flwr federation remove-account`. */
export const federationRemoveAccount = change({
  summary: "Remove an account from a federation; your own unless told.",
  words: ["NAME", "[ACCOUNT]"],
  example: { for: "Leave a federation", line: "$ @acme/hospitals" },
  done: ([name, account]) =>
    account
      ? `Removed account '${account}' from federation '${name}'.`
      : `Your account was removed from federation '${name}'.`,
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
  example: { for: "Ask a colleague to join", line: "$ clara @acme/hospitals" },
  done: ([account, name]) => `Created invitation for '${account}' to join '${name}'.`,
  send: (control, [account, name]) =>
    control.call("CreateInvitation", { invitee_account_name: account, federation_name: name }),
});

/** `flwr federation invite accept`. */
export const inviteAccept = change({
  summary: "Accept an invitation to a federation.",
  words: ["NAME"],
  example: { for: "Join", line: "$ @acme/hospitals" },
  done: ([name]) => `Accepted invitation to join '${name}'.`,
  send: (control, [name]) => control.call("AcceptInvitation", { federation_name: name }),
});

/** `flwr federation invite reject`. */
export const inviteReject = change({
  summary: "Reject an invitation to a federation.",
  words: ["NAME"],
  example: { for: "Stay away", line: "$ @acme/hospitals" },
  done: ([name]) => `Rejected invitation to join '${name}'.`,
  send: (control, [name]) => control.call("RejectInvitation", { federation_name: name }),
});

/** `flwr federation invite revoke`. */
export const inviteRevoke = change({
  summary: "Take an invitation back.",
  words: ["ACCOUNT", "NAME"],
  example: { for: "It was the wrong colleague", line: "$ clara @acme/hospitals" },
  done: ([account, name]) => `Revoked invitation for '${account}' to join '${name}'.`,
  send: (control, [account, name]) =>
    control.call("RevokeInvitation", { invitee_account_name: account, federation_name: name }),
});

const NODES = "Virtual SuperNodes";
const BACKEND = "What runs them";

/** `flwr federation simulation-config`. */
export const federationSimulationConfig = flwrCommand({
  summary: "Set how the simulations of a federation run.",
  words: ["[NAME]", "[SUPERLINK]"],
  wordHelp: helpOn(["[NAME]", "[SUPERLINK]"]),
  flags: {
    "num-supernodes": number({ placeholder: "N", min: 1, group: NODES, help: "Virtual SuperNodes" }),
    "client-resources-num-cpus": number({
      placeholder: "N",
      min: 1,
      group: NODES,
      help: "CPUs for each ClientApp",
    }),
    "client-resources-num-gpus": number({
      group: NODES,
      placeholder: "RATIO",
      min: 0,
      fraction: true,
      help: "Share of a GPU's memory for each ClientApp",
    }),
    verbose: toggle({ group: BACKEND, help: "Log everything" }),
    "backend-name": choice(["ray"], { group: BACKEND, help: "What runs it", anyCase: true }),
    "init-args-num-cpus": number({ placeholder: "N", min: 1, group: BACKEND, help: "CPUs for the backend" }),
    "init-args-num-gpus": number({ placeholder: "N", min: 0, group: BACKEND, help: "GPUs for the backend" }),
    "init-args-logging-level": text({
      placeholder: "LEVEL",
      group: BACKEND,
      help: "How much the backend logs",
    }),
    "init-args-log-to-driver": choice(["true", "false"], {
      group: BACKEND,
      help: "Whether its workers' logs are shown",
      anyCase: true,
    }),
  },
  examples: [{
    for: "A hundred virtual nodes, two CPUs each",
    line: "$ --num-supernodes 100 --client-resources-num-cpus 2",
  }],
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
    text: () => `✅ Updated simulation configuration${whereText(reply.federation_name)}\n`,
    json: () => ({ success: true, federation_name: reply.federation_name }),
  });
});
