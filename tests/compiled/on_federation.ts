import { Federation } from "../confinement/federation.ts";
import { binary, runsOnPin } from "./binary.ts";

/**
 * Plays a scenario on a federation of the executable. A runtime that is not the pinned one may abort when somebody hangs
 * up. That says nothing, so it is tried again.
 */
export async function onFederation(
  scenario: (federation: Federation) => Promise<void>,
  { env }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  for (let left = 3; left > 0; left--) {
    await using federation = await Federation.prepare({ program: binary, env });
    try {
      return await scenario(federation);
    } catch (error) {
      if (left === 1 || !federation.aborted || await runsOnPin()) throw error;
      console.warn("The runtime aborted: tried again");
    }
  }
}
