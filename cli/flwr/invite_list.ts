import type { Invitation } from "../../proto/mod.ts";
import { toggle } from "../config/flags.ts";
import type { Style } from "../output.ts";
import { type Cell, renderTable } from "../table.ts";
import { flwrCommand } from "./flwr_command.ts";
import { instantText } from "./quantities.ts";

/** `flwr federation invite list`: invitations you made and got. */
export const inviteList = flwrCommand({
  summary: "List the invitations to federations that you made and got. Times are UTC.",
  words: ["[SUPERLINK]"],
  wordHelp: { "[SUPERLINK]": "A connection of config.toml; its default unless told" },
  flags: { verbose: toggle({ short: "v", help: "Also those that were answered" }) },
  examples: [{ for: "What waits for an answer", line: "$" }],
}, async ({ flags, words }, session) => {
  const control = await session.control(await session.connection(words[0]));
  const reply = await control.call("ListInvitations", {});
  const [created, received] = [reply.created_invitations, reply.received_invitations].map((invitations) =>
    invitations.filter(({ status }) => flags.verbose || status === "pending")
  );
  const table = (title: string, actor: string, invitations: readonly Invitation[]) => {
    const times = flags.verbose ? ["Created @", "Status Changed @"] : [];
    const head = ["Federation", actor, "Status", ...times];
    return renderTable(
      { title, head, rows: invitations.map((one) => row(one, actor).slice(0, head.length)) },
      session.env,
    );
  };
  session.answer({
    text: () =>
      `\n${table("Created Invitations", "Invited", created)}\n` +
      table("Received Invitations", "Invited By", received) +
      (flags.verbose || created.length + received.length > 0 ? "" : NONE),
    json: () => ({
      success: true,
      "created-invitations": created.map((one) => json(one, { invited: one.invitee?.name ?? "" })),
      "received-invitations": received.map((one) => json(one, { "invited-by": one.inviter?.name ?? "" })),
    }),
  });
});

const NONE = "No pending invitations. Use --verbose to show all statuses.\n";

const STYLES: Record<string, Style | undefined> = { pending: "yellow", accepted: "green", rejected: "red" };

function row(invitation: Invitation, actor: string): Cell[] {
  const { federation_name, inviter, invitee, status, created_at, status_changed_at } = invitation;
  const name = (actor === "Invited" ? invitee : inviter)?.name ?? "";
  const state = { text: status, style: STYLES[status] ?? "grey" };
  return [federation_name, name, state, instantText(created_at), instantText(status_changed_at)];
}

function json(invitation: Invitation, actor: Record<string, string>) {
  return {
    "federation-name": invitation.federation_name,
    ...actor,
    status: invitation.status,
    "created-at": instantText(invitation.created_at),
    "status-changed-at": instantText(invitation.status_changed_at),
  };
}
