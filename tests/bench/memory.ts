/** What processes needed of memory and of the processor, as Linux keeps book of it. */

/** One process and the one that started it. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** App processes belong to the app, whoever wrote it. */
const APP = /flwr-serverapp|flwr-clientapp/;

/** The most memory (MB) that a process and those it started, app processes left out, had at any time so far. */
export function peakMegabytes(pid: number): number {
  return ours(pid).reduce((sum, { pid }) => sum + statusLine(pid, "VmHWM"), 0) / 1024;
}

/** The memory (MB) that they have now, with `apps` the app processes too. */
export function megabytes(pid: number, { apps = false } = {}): number {
  return ours(pid, apps).reduce((sum, { pid }) => sum + statusLine(pid, "VmRSS"), 0) / 1024;
}

/** Linux tells times in hundredths of a second. */
const TICKS_PER_S = 100;

/** The processor's time (s) that they have taken so far. */
export function cpuSeconds(pid: number): number {
  return ours(pid).reduce((sum, { pid }) => sum + ticks(pid), 0) / TICKS_PER_S;
}

function ours(root: number, withApps = false): Process[] {
  const all = processes();
  const found = all.filter(({ pid }) => pid === root);
  for (const process of found) {
    found.push(
      ...all.filter(({ parent, command }) => parent === process.pid && (withApps || !APP.test(command))),
    );
  }
  return found;
}

function processes(): Process[] {
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
  return pids.flatMap((pid) => {
    try {
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return [{ pid, parent, command: Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ") }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

/** In user mode and in the kernel; 0 for a process that is gone. */
function ticks(pid: number): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
    return Number(user) + Number(system);
  } catch {
    return 0;
  }
}

/** A line of /proc/PID/status, in KiB; 0 for a process that is gone. */
function statusLine(pid: number, name: string): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
