import type { Grid } from "../app/grid.ts";
import type { Message } from "../model/app_message.ts";
import type { Strategy, TrainOutcome } from "./strategy.ts";

/** The replies of a round, and where it is. */
export interface RoundOfReplies {
  readonly round: number;
  readonly replies: AsyncIterable<Message>;
  readonly grid: Grid;
}

/**
 * Has a strategy aggregate replies as they arrive, or, when it cannot, when all are there. A class that overrides
 * `aggregateTrain` and leaves `streamTrain` to a class above it means the former.
 */
export async function trainOutcome(
  strategy: Strategy,
  { round, replies, grid }: RoundOfReplies,
): Promise<TrainOutcome> {
  if (strategy.streamTrain && owner(strategy, "streamTrain") === owner(strategy, "aggregateTrain")) {
    return await strategy.streamTrain(round, replies, grid);
  }
  const all: Message[] = [];
  for await (const reply of replies) all.push(reply);
  return await strategy.aggregateTrain(round, all, grid);
}

/** The object or class that a method comes from; of the two that matter, the one nearest to the object. */
function owner(strategy: Strategy, method: "streamTrain" | "aggregateTrain"): unknown {
  for (let level: unknown = strategy; level; level = Object.getPrototypeOf(level)) {
    if (Object.hasOwn(level, method)) return level;
  }
  return undefined;
}
