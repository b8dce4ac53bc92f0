/** Version 3: a run remembers how it is simulated, as JSON; NULL for one that is not. */
export const THIRD_SCHEMA = `ALTER TABLE run ADD COLUMN simulation TEXT;`;
