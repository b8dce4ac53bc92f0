import type { Parcel } from "../store/store.ts";
import { type Isolation, nodeAfterRestart, tasksAfterRestart } from "../rules/restart.ts";
import { change, type Link } from "./link.ts";
import { type Changing, stateOfRun, writeChange } from "./task_changes.ts";

/** Brings what is remembered in line with the world after a start: before the first call is answered. */
export async function recover(link: Link, isolation: Isolation): Promise<void> {
  await forgetLost(link);
  await change(link, async (tx, afterwards) => {
    await recoverRuns(link, { tx, afterwards }, isolation);
    await recoverNodes(link, { tx, afterwards });
  });
  await releaseEndedRuns(link);
}

/** Messages whose bytes are gone cannot be delivered any more; who asks for them hears that. */
async function forgetLost(link: Link): Promise<void> {
  const { removed, lost } = await link.objects.sweep();
  if (removed > 0) link.log.info(`Removed ${removed} stored objects that no message needs`);
  if (lost.length === 0) return;
  link.log.warn(`${lost.length} messages are lost: stored objects of theirs are gone`);
  await change(link, async (tx) => {
    for (const { runId, messageId } of lost satisfies Parcel[]) {
      const message = await tx.message(runId, messageId);
      const instruction = message?.metadata.replyToMessageId;
      await tx.deleteMessage(runId, messageId);
      if (instruction) await tx.deleteMessage(runId, instruction);
    }
  });
}

async function recoverRuns(link: Link, changing: Changing, isolation: Isolation): Promise<void> {
  const { tx } = changing;
  const unfinished = [...await tx.pendingTasks(), ...await tx.leasedTasks()];
  for (const runId of new Set(unfinished.map((task) => task.runId))) {
    const run = (await tx.run(runId))!;
    const tasks = await tx.tasksOfRun(runId);
    const nowMs = link.clock.now();
    const change = tasksAfterRestart({ primaryTaskId: run.primaryTaskId, tasks }, isolation, nowMs);
    if (change.ended) link.log.warn(`Run ${runId} failed: the SuperLink was restarted`);
    await writeChange(link, changing, { run, change });
  }
}

async function recoverNodes(link: Link, { tx }: Changing): Promise<void> {
  const nowMs = link.clock.now();
  for (const node of await tx.nodes(["online"])) {
    const recovered = nodeAfterRestart(node, nowMs);
    if (recovered !== node) await tx.putNode(recovered);
  }
}

/** A crash may have come between the end of a run and the removal of its objects. */
async function releaseEndedRuns(link: Link): Promise<void> {
  const ended = await link.store.transaction(async (tx) => {
    const runs = await tx.runsWithParcels();
    const states = await Promise.all(runs.map((run) => stateOfRun(link, tx, run)));
    return runs.filter((_, index) => (states[index]?.status.status ?? "finished") === "finished");
  });
  for (const run of ended) await link.objects.releaseRun(run);
}
