/** Replies that cannot be put together: they hold different records, or lack what weighs them. */
export class InconsistentMessageReplies extends Error {
  override name = "InconsistentMessageReplies";
}

/** Replies that are alike but cannot be aggregated. */
export class AggregationError extends Error {
  override name = "AggregationError";
}
