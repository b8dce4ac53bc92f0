/** Version 2: what a node was given and did not confirm is found without looking through its run's messages. */
export const SECOND_SCHEMA = `
CREATE INDEX message_unconfirmed ON message (dst, sequence)
  WHERE reply_to = '' AND complete = 1 AND deliveries > 0 AND confirmed_at IS NULL;
`;
