import { settleNode } from "../rules/node_life.ts";
import { change, type Link } from "./link.ts";
import { news } from "./news.ts";
import { type Changing, settleRunNow } from "./task_changes.ts";

/** Ends what has lapsed by now; gives the instant (Unix ms) at which something lapses next, if anything does. */
export function settleAll(link: Link): Promise<number | undefined> {
  return change(link, async (tx, afterwards) => {
    const next = [await settleTasks(link, { tx, afterwards }), await settleNodes(link, { tx, afterwards })];
    const soonest = Math.min(...next);
    return Number.isFinite(soonest) ? soonest : undefined;
  });
}

async function settleTasks(link: Link, changing: Changing): Promise<number> {
  const { tx } = changing;
  const lapsed = (await tx.leasedTasks()).filter((task) => task.leaseUntil! <= link.clock.now());
  for (const runId of new Set(lapsed.map((task) => task.runId))) {
    await settleRunNow(link, changing, (await tx.run(runId))!);
  }
  const [first] = await tx.leasedTasks();
  return first?.leaseUntil ?? Infinity;
}

async function settleNodes(link: Link, { tx, afterwards }: Changing): Promise<number> {
  let soonest = Infinity;
  for (const node of await tx.nodes(["online"])) {
    const settled = settleNode(node, link.clock.now());
    if (settled === node) {
      soonest = Math.min(soonest, node.onlineUntil);
      continue;
    }
    await tx.putNode(settled);
    afterwards(() => {
      link.log.warn(`Node ${node.nodeId} is offline: no heartbeat in time`);
      link.wakeups.notify(news.nodeGone(node.nodeId));
    });
  }
  return soonest;
}
