/** The processes of this machine, as `ps` lists them. Not on Windows. */

/** One line of `ps`. */
export interface Process {
  readonly pid: number;
  readonly parentPid: number;
  /** Seconds of processor time that it has used. */
  readonly busyS: number;
  readonly command: string;
}

/** All processes; those that have ended and wait for nothing but their parent's notice are left out. */
export async function processes(): Promise<Process[]> {
  const args = ["-A", "-o", "pid=,ppid=,stat=,time=,args="];
  const { stdout } = await new Deno.Command("ps", { args, stdin: "null", env: { LC_ALL: "C" } }).output();
  const found: Process[] = [];
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const [, pid, parentPid, state, time, command] =
      line.match(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.*)$/) ??
        [];
    if (pid === undefined || state.startsWith("Z")) continue;
    found.push({ pid: Number(pid), parentPid: Number(parentPid), busyS: seconds(time), command });
  }
  return found;
}

/** The processes that a process has started, and theirs. */
export async function descendantsOf(pid: number): Promise<Process[]> {
  const all = await processes();
  const below = (parent: number): Process[] =>
    all.filter(({ parentPid }) => parentPid === parent).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** Those among them that still live: the same process, not another one that got its number. */
export async function alive(among: readonly Process[]): Promise<Process[]> {
  const now = await processes();
  return among.filter(({ pid, command }) => now.some((one) => one.pid === pid && one.command === command));
}

/** Resolves when there is nothing left of what is asked for. @throws {Error} with the rest when it takes too long */
export async function goes(ask: () => Promise<readonly Process[]>, { withinMs }: { withinMs: number }) {
  for (const end = Date.now() + withinMs;;) {
    const left = await ask();
    if (left.length === 0) return;
    if (Date.now() > end) throw new Error(`still there after ${withinMs} ms: ${JSON.stringify(left)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** `[[days-]hours:]minutes:seconds[.part]`. */
function seconds(time: string): number {
  const [rest, days = "0"] = time.split("-").reverse();
  return rest.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
