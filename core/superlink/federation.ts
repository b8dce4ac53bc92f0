/** Who owns what when accounts are not distinguished. */
export const NOBODY = { ownerId: "<id:none>", ownerName: "none" } as const;

/** The one federation there is: every node and every run belongs to it. */
export const DEFAULT_FEDERATION = {
  name: "@none/default",
  description: "A federation for testing and development purposes.",
  archived: false,
  simulation: false,
} as const;

/** Whether there is a federation of this name. */
export function federationExists(name: string): boolean {
  return name === DEFAULT_FEDERATION.name;
}
