import type { FencePlan } from "./fence_plan.ts";
import { landlockAbi, restrictByLandlock } from "./landlock.ts";
import { Libc } from "./libc.ts";
import { seccompFilter } from "./seccomp.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_MODE_FILTER = 2;

/** The kernel's Landlock generation; 0 where there is none. Linux only; needs `--allow-ffi`. */
export function kernelFence(): number {
  if (Deno.build.os !== "linux") return 0;
  try {
    return landlockAbi(new Libc());
  } catch {
    return 0;
  }
}

/**
 * Sets a fence around this thread and becomes another program in place, which keeps the process id, its streams and
 * its environment. The fence holds for all its threads and children, and nobody can lift it.
 * @throws {Error} when the fence cannot be set or the program not started; never returns otherwise
 */
export function becomeFenced(
  plan: FencePlan,
  { words: [program, ...args], withParent }: {
    /** The program's path and what it is given. */
    readonly words: readonly string[];
    /**
     * Whether the kernel ends it when the process that started this one is gone: a gentler signal would have it wait
     * for a service that is gone as well.
     */
    readonly withParent: boolean;
  },
): never {
  const libc = new Libc();
  if (withParent) libc.control(PR_SET_PDEATHSIG, SIGKILL);
  if (libc.control(PR_SET_NO_NEW_PRIVS, 1) !== 0) throw new Error("Cannot give up new privileges");
  restrictByLandlock(libc, plan);
  filterCalls(libc, plan);
  libc.become(program, args);
  throw new Error(`Cannot start ${program}: error ${libc.errno}`);
}

function filterCalls(libc: Libc, { datagrams }: FencePlan): void {
  const filter = seccompFilter({ arch: Deno.build.arch, datagrams });
  const program = new DataView(new ArrayBuffer(16));
  program.setUint16(0, filter.length / 8, true);
  program.setBigUint64(8, libc.addressOf(filter), true);
  if (libc.control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, new Uint8Array(program.buffer)) !== 0) {
    throw new Error(`Cannot filter system calls: error ${libc.errno}`);
  }
}
