import { createHash } from "node:crypto";
import type { Seed } from "../app/seeded_random.ts";

/** The seed of one thing in a simulation, such as `node 3`: another one for each, the same in each run. */
export function seedFor(seed: bigint, what: string): Seed {
  const digest = createHash("sha256").update(`${seed} ${what}`).digest();
  return [0, 4, 8, 12].map((at) => digest.readUInt32LE(at)) as unknown as Seed;
}
