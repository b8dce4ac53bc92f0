/** All that a fenced program may touch. Paths are absolute; one where nothing is grants nothing. */
export interface FencePlan {
  /** Files, and folders with what lies in them, to be read. */
  readonly read: readonly string[];
  /** The same, and to be run as programs. */
  readonly execute: readonly string[];
  /** Files, and folders with what lies in them, to be read and changed. */
  readonly write: readonly string[];
  /** Devices, to be read, written and controlled. */
  readonly devices: readonly string[];
  /** TCP ports to connect to, on any host: the kernel looks at ports only. `any`: every port. */
  readonly ports: readonly number[] | "any";
  /** Whether datagrams may be sent, without which no name can be looked up. */
  readonly datagrams: boolean;
}

/** The flags of the command that sets a fence: one for each thing it lets through. */
export function fenceFlags(plan: FencePlan): string[] {
  const each = (flag: string, values: readonly (string | number)[]) =>
    values.flatMap((value) => [flag, String(value)]);
  return [
    ...each("--read", plan.read),
    ...each("--execute", plan.execute),
    ...each("--write", plan.write),
    ...each("--device", plan.devices),
    ...each("--connect", plan.ports === "any" ? ["any"] : plan.ports),
    ...plan.datagrams ? ["--datagrams"] : [],
  ];
}

/** What both plans let through together. */
export function bothPlans(one: FencePlan, other: Partial<FencePlan>): FencePlan {
  const { read = [], execute = [], write = [], devices = [], ports = [], datagrams = false } = other;
  const union = (own: readonly string[], more: readonly string[]) => [...new Set([...own, ...more])];
  return {
    read: union(one.read, read),
    execute: union(one.execute, execute),
    write: union(one.write, write),
    devices: union(one.devices, devices),
    ports: one.ports === "any" || ports === "any" ? "any" : [...new Set([...one.ports, ...ports])],
    datagrams: one.datagrams || datagrams,
  };
}
