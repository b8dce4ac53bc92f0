import type { NodeInfo } from "../../proto/mod.ts";
import { toggle } from "../config/flags.ts";
import { renderTable } from "../table.ts";
import { flwrCommand } from "./flwr_command.ts";
import { nodeStatusCell } from "./node_view.ts";
import { decimalJson, durationText, instantText, secondsBetween } from "./quantities.ts";

/** `flwr supernode list`: the SuperNodes of the account. */
export const supernodeList = flwrCommand({
  summary: "List SuperNodes in the order of their registration. Times are UTC.",
  words: ["[SUPERLINK]"],
  wordHelp: { "[SUPERLINK]": "A connection of config.toml; its default unless told" },
  flags: { verbose: toggle({ short: "v", help: "Also those that were unregistered" }) },
  examples: [
    { for: "Who is online", line: "$" },
    { for: "The same for a script", line: "$ --format json" },
  ],
}, async ({ flags, words }, session) => {
  const control = await session.control(await session.connection(words[0]));
  session.say("📄 Listing all nodes...\n");
  const { nodes_info: nodes, now } = await control.call("ListNodes", {});
  const inOrder = [...nodes].sort((a, b) => secondsBetween(b.registered_at, a.registered_at));
  const shown = inOrder.filter((node) => flags.verbose || node.status !== "unregistered");
  session.answer({
    text: () => renderTable({ head: HEAD, rows: shown.map((node) => row(node, now)) }, session.env),
    json: () => ({ success: true, nodes: inOrder.map((node) => json(node, now)) }),
  });
});

const HEAD = ["Node ID", "Owner", "Status", "Elapsed", "Status Changed @"];

function row(node: NodeInfo, now: string) {
  const elapsed = node.status === "online" ? durationText(onlineS(node, now)) : "";
  return [node.node_id, node.owner_name, nodeStatusCell(node.status), elapsed, changedAt(node)];
}

/** Seconds since the node came last, also when it has gone since; 0 if it never did. */
function onlineS(node: NodeInfo, now: string): number {
  return node.last_activated_at ? secondsBetween(node.last_activated_at, now) : 0;
}

function changedAt(node: NodeInfo): string {
  if (node.status === "online") return instantText(node.last_activated_at);
  if (node.status === "offline") return instantText(node.last_deactivated_at);
  return node.status === "unregistered" ? instantText(node.unregistered_at) : "N/A";
}

function json(node: NodeInfo, now: string) {
  return {
    "node-id": node.node_id,
    "owner-name": node.owner_name,
    status: node.status,
    "created-at": instantText(node.registered_at),
    "online-at": instantText(node.last_activated_at),
    "online-elapsed": decimalJson(onlineS(node, now)),
    "offline-at": instantText(node.last_deactivated_at),
    "deleted-at": instantText(node.unregistered_at),
  };
}
