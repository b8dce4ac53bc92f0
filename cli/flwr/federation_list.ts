import type { Federation, SimulationConfig } from "../../proto/mod.ts";
import { text, toggle } from "../config/flags.ts";
import { UserError } from "../output.ts";
import { renderTable, type Table } from "../table.ts";
import { flwrCommand } from "./flwr_command.ts";
import { nodeStatusCell } from "./node_view.ts";
import { durationText } from "./quantities.ts";
import { appText, runViews, statusCell } from "./run_view.ts";

/** `flwr federation list`: all federations, or what is in one. */
export const federationList = flwrCommand({
  summary: "List federations, or show the members, SuperNodes and runs of one.",
  words: ["[SUPERLINK]"],
  wordHelp: { "[SUPERLINK]": "A connection of config.toml; its default unless told" },
  flags: {
    federation: text({ placeholder: "NAME", help: "Show this federation" }),
    verbose: toggle({ short: "v", help: "Also archived federations and unregistered SuperNodes" }),
  },
}, async ({ flags, words }, session) => {
  const control = await session.control(await session.connection(words[0]));
  if (flags.federation === undefined) {
    session.say("📄 Listing federations...\n");
    const { federations } = await control.call("ListFederations", {});
    const shown = federations.filter((one) => flags.verbose || !one.archived);
    session.answer({
      text: () => renderTable({ head: HEAD, rows: shown.map(row) }, session.env),
      json: () => ({ federations: federations.map(summaryJson) }),
    });
    return;
  }
  const reply = await control.call("ShowFederation", { federation_name: flags.federation });
  const { federation, now } = reply;
  if (!federation) throw new UserError(`The SuperLink does not know the federation '${flags.federation}'.`);
  session.say(`📄 Showing federation '${flags.federation}'...\n\n`);
  session.answer({
    text: () => {
      const parts = tables(federation, { now, verbose: flags.verbose });
      return parts.map((table) => renderTable(table, session.env)).join("");
    },
    json: () => ({ federation: detailJson(federation, now) }),
  });
});

const HEAD = ["Federation", "Description", "Runtime", "Status"];

function row(federation: Federation) {
  return [
    federation.name,
    federation.description,
    federation.simulation ? "simulation" : "deployment",
    federation.archived ? "archived" : "active",
  ];
}

function summaryJson({ name, description, archived, simulation }: Federation) {
  return { name, description, archived, simulation };
}

function tables(federation: Federation, view: { now: string; verbose: boolean }): Table[] {
  const members = federation.members.map(({ account, role }) => [account?.name ?? "", role]);
  const nodes = federation.nodes.filter((node) => view.verbose || node.status !== "unregistered");
  const second: Table = federation.simulation
    ? {
      title: "Simulation Configuration",
      head: ["Setting", "Value"],
      rows: Object.entries(simulationJson(federation.config)).map((
        [key, value],
      ) => [key, String(value ?? "")]),
    }
    : {
      title: "SuperNodes in the Federation",
      head: ["Node ID", "Owner", "Status"],
      rows: nodes.map((node) => [node.node_id, node.owner_name, nodeStatusCell(node.status)]),
    };
  return [
    { title: "Federation Members", head: ["Account Name", "Role"], rows: members },
    second,
    {
      title: "Runs in the Federation",
      head: ["Run ID", "App", "Status", "Elapsed"],
      rows: runViews(federation.runs, view.now).map((run) => [
        run.runId,
        appText(run),
        statusCell(run.status),
        durationText(run.elapsedS),
      ]),
    },
  ];
}

function detailJson(federation: Federation, now: string) {
  return {
    members: federation.members.map(({ account, role }) => ({ member_id: account?.name ?? "", role })),
    nodes: federation.nodes.map(({ node_id, owner_name, status }) => ({
      node_id,
      owner: owner_name,
      status,
    })),
    runs: runViews(federation.runs, now).map((run) => ({
      run_id: run.runId,
      app: appText(run),
      status: run.status,
      elapsed: run.elapsedS,
    })),
    archived: federation.archived,
    simulation: federation.simulation,
    "simulation-config": simulationJson(federation.config),
  };
}

function simulationJson(config: SimulationConfig | null) {
  return {
    num_supernodes: config?.num_supernodes ?? null,
    client_resources_num_cpus: config?.client_resources_num_cpus ?? null,
    client_resources_num_gpus: config?.client_resources_num_gpus ?? null,
    backend: config?.backend ?? null,
    verbose: config?.verbose ?? null,
    init_args_num_cpus: config?.init_args_num_cpus ?? null,
    init_args_num_gpus: config?.init_args_num_gpus ?? null,
    init_args_logging_level: config?.init_args_logging_level ?? null,
    init_args_log_to_driver: config?.init_args_log_to_driver ?? null,
  };
}
