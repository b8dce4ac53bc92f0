import type { MessageId, NodeId, RunId } from "../model/ids.ts";

/** The keys under which those who wait hear that something changed; each names exactly who is concerned. */
export const news = {
  /** A message for the node became visible, or the node may not pull any more. */
  forNode: (node: NodeId) => `node:${node}`,
  /** The node is not reachable any more. */
  nodeGone: (node: NodeId) => `gone:${node}`,
  /** The reply to this instruction became visible. */
  reply: (run: RunId, instruction: MessageId) => `reply:${run}:${instruction}`,
  /** The run is over. */
  runOver: (run: RunId) => `over:${run}`,
  /** There is something in the run's log that was not there before. */
  logs: (run: RunId) => `logs:${run}`,
  /** A task of the run reported an event. */
  events: (run: RunId) => `events:${run}`,
  /** A task waits for a SuperExec. */
  tasks: "tasks",
} as const;
