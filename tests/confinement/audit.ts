/** What a Deno program asked for, by its own account (`DENO_AUDIT_PERMISSIONS`), beside what it was given. */

/** One permission: its kind (`read`, `net`, …) and what it is for. */
export interface Permission {
  readonly kind: string;
  readonly value: string;
}

/** Everything that a program asked for in one of its threads, each once. Also what it was refused. */
export async function asked(auditPath: string): Promise<Permission[]> {
  const seen = new Map<string, Permission>();
  for (const line of (await Deno.readTextFile(auditPath)).trim().split("\n")) {
    const { permission: kind, value } = JSON.parse(line);
    // Without a value somebody only asked how much is allowed, as who narrows a Worker's permissions does.
    if (value !== null) seen.set(`${kind} ${value}`, { kind, value });
  }
  return [...seen.values()];
}

/** What flags such as `--allow-read=/a,/b` give. */
export function given(flags: readonly string[]): Permission[] {
  return flags.flatMap((flag) => {
    const [, kind, list] = flag.match(/^--allow-(\w+)=(.*)$/s) ?? [];
    if (kind === undefined) throw new Error(`not a list of permissions: ${flag}`);
    // Two commas stand for one that is meant.
    const values = list.replaceAll(",,", "\0").split(",").map((value) => value.replaceAll("\0", ","));
    return values.map((value) => ({ kind, value }));
  });
}

/** Whether one permission holds another: the same, or for files what lies within. */
export function holds(outer: Permission, inner: Permission): boolean {
  if (outer.kind !== inner.kind) return false;
  const within = ["/", "\\"].some((separator) => inner.value.startsWith(outer.value + separator));
  const isFile = outer.kind === "read" || outer.kind === "write";
  return outer.value === inner.value || isFile && within;
}
