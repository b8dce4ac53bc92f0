import type { Federation, SimulationConfig } from "../../proto/mod.ts";
import { text, toggle } from "../config/flags.ts";
import { UserError } from "../output.ts";
import { type Cell, renderTable, type Table } from "../table.ts";
import type { ControlClient } from "./control_client.ts";
import { flwrCommand, type Session } from "./flwr_command.ts";
import { nodeStatusCell } from "./node_view.ts";
import { decimalJson, durationText } from "./quantities.ts";
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
  examples: [{ for: "What is in a federation", line: "$ --federation @acme/hospitals" }],
}, async ({ flags, words }, session) => {
  const control = await session.control(await session.connection(words[0]));
  if (flags.federation !== undefined) {
    return await show(control, flags.federation, { session, verbose: flags.verbose });
  }
  session.say("📄 Listing federations...\n");
  const { federations } = await control.call("ListFederations", {});
  const active = federations.filter((one) => !one.archived);
  const shown = flags.verbose ? [...active, ...federations.filter((one) => one.archived)] : active;
  session.answer({
    text: () => renderTable({ head: HEAD, rows: shown.map(row) }, session.env),
    json: () => ({ federations: federations.map(summaryJson) }),
  });
});

async function show(
  control: ControlClient,
  name: string,
  { session, verbose }: { session: Session; verbose: boolean },
): Promise<void> {
  const { federation, now } = await found(control, name);
  session.say(`📄 Showing ${federation.archived ? "ARCHIVED " : ""}federation '${name}'...\n\n`);
  session.answer({
    text: () => tables(federation, { now, verbose }).map((table) => renderTable(table, session.env)).join(""),
    json: () => ({ federation: detailJson(federation, now) }),
  });
}

/** @throws {UserError} when there is none of that name, whatever words a SuperLink has for that */
async function found(control: ControlClient, name: string): Promise<{ federation: Federation; now: string }> {
  try {
    const { federation, now } = await control.call("ShowFederation", { federation_name: name });
    if (federation) return { federation, now };
  } catch (error) {
    const { federations } = await control.call("ListFederations", {});
    if (federations.some((one) => one.name === name)) throw error;
    throw unknown(name, federations);
  }
  throw unknown(name, []);
}

function unknown(name: string, federations: readonly Federation[]): UserError {
  const names = federations.map((one) => one.name).join(", ");
  return new UserError(
    `Federation '${name}' does not exist. Please verify the federation name and try again.`,
    { hint: names ? `Name one of: ${names}` : undefined },
  );
}

const HEAD = ["Federation", "Description", "Runtime", "Status"];

function row(federation: Federation): Cell[] {
  return [
    federation.name,
    federation.description,
    federation.simulation ? "simulation" : "deployment",
    federation.archived ? "archived" : { text: "active", style: "green" },
  ];
}

function summaryJson({ name, description, archived, simulation }: Federation) {
  return { name, description, archived, simulation };
}

function tables(federation: Federation, view: { now: string; verbose: boolean }): Table[] {
  const members = federation.members.map(({ account, role }) => [account?.name ?? "", role]);
  return [
    { title: "Federation Members", head: ["Account Name", "Role"], rows: members },
    federation.simulation ? simulationTable(federation.config) : nodesTable(federation, view),
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

/** The nodes of an archived federation have no state any more. */
function nodesTable({ nodes, archived }: Federation, { verbose }: { verbose: boolean }): Table {
  const shown = nodes.filter((node) => verbose || node.status !== "unregistered");
  const columns = archived ? 2 : 3;
  return {
    title: "SuperNodes in the Federation",
    head: ["Node ID", "Owner", "Status"].slice(0, columns),
    rows: shown.map((node) => [node.node_id, node.owner_name, nodeStatusCell(node.status)].slice(0, columns)),
  };
}

/** The settings that the table shows, of those that there are. */
const SIMULATION_SETTINGS = [
  ["Number of Simulated SuperNodes", "num_supernodes"],
  ["ClientApp Resources (CPUs)", "client_resources_num_cpus"],
  ["ClientApp Resources (GPUs)", "client_resources_num_gpus"],
  ["Backend Name", "backend"],
] as const;

function simulationTable(config: SimulationConfig | null): Table {
  return {
    title: "Simulation Configuration",
    head: ["Setting", "Key", "Value"],
    rows: SIMULATION_SETTINGS.map((
      [name, key],
    ) => [name, key.replaceAll("_", "-"), String(config?.[key] ?? "")]),
  };
}

function detailJson(federation: Federation, now: string) {
  return {
    members: federation.members.map(({ account, role }) => ({ member_id: account?.name ?? "", role })),
    nodes: federation.nodes.map(({ node_id, owner_name, status }) => ({
      node_id,
      owner: owner_name,
      ...(federation.archived ? {} : { status }),
    })),
    runs: runViews(federation.runs, now).map((run) => ({
      run_id: run.runId,
      app: appText(run),
      status: run.status,
      elapsed: decimalJson(run.elapsedS),
    })),
    archived: federation.archived,
    simulation: federation.simulation,
    "simulation-config": simulationJson(federation.config),
  };
}

function simulationJson(config: SimulationConfig | null) {
  const gpus = config?.client_resources_num_gpus;
  return {
    num_supernodes: config?.num_supernodes ?? null,
    client_resources_num_cpus: config?.client_resources_num_cpus ?? null,
    client_resources_num_gpus: gpus === undefined ? null : decimalJson(gpus),
    backend: config?.backend ?? null,
    verbose: config?.verbose ?? null,
    init_args_num_cpus: config?.init_args_num_cpus ?? null,
    init_args_num_gpus: config?.init_args_num_gpus ?? null,
    init_args_logging_level: config?.init_args_logging_level ?? null,
    init_args_log_to_driver: config?.init_args_log_to_driver ?? null,
  };
}
