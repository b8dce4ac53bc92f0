/**
 * A filter for system calls, for what Landlock leaves open: datagrams, other kinds of sockets, other processes'
 * memory, the kernel's keys, and ways around either fence. The program is classic BPF; numbers are Linux's own.
 */

/** What a filter does beside what it does always. */
export interface FilterOptions {
  readonly arch: "x86_64" | "aarch64";
  /** Whether datagrams may be sent. */
  readonly datagrams: boolean;
}

/** Numbers of system calls, x86-64's and arm64's. */
const CALLS = {
  socket: [41, 198],
  sendto: [44, 206],
  sendmsg: [46, 211],
  sendmmsg: [307, 269],
} as const;

/** Calls that no app needs and that reach out of its fence; some of them only where it runs as root. */
const REFUSED: Readonly<Record<string, readonly [x86: number, arm: number]>> = {
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  open_by_handle_at: [304, 265],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  setns: [308, 268],
  unshare: [272, 97],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  sethostname: [170, 161],
  setdomainname: [171, 162],
};

/** Their programs go on without: they are told that this kernel has no such call. */
const UNKNOWN: readonly number[] = [425, 426, 427];

const ARCHITECTURES = { x86_64: 0xc000003e, aarch64: 0xc00000b7 } as const;
/** x86-64 has a second set of numbers from here on. */
const X32 = 0x40000000;

const LOAD = 0x20;
const AND = 0x54;
const IS_EQUAL = 0x15;
const IS_AT_LEAST = 0x35;
const HAS_BIT = 0x45;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const FAIL = 0x00050000;
const EPERM = FAIL | 1;
const EACCES = FAIL | 13;
const ENOSYS = FAIL | 38;

const [NUMBER, ARCHITECTURE] = [0, 4];
const argument = (index: number) => 16 + 8 * index;

const [AF_INET, AF_INET6, AF_NETLINK] = [2, 10, 16];
const [SOCK_STREAM, SOCK_DGRAM] = [1, 2];
const [IPPROTO_DEFAULT, IPPROTO_TCP, IPPROTO_UDP] = [0, 6, 17];
/** Data that opens the connection it is sent over, past the check that `connect` goes through. */
const MSG_FASTOPEN = 0x20000000;

type Instruction = readonly [code: number, value: number, then?: number, otherwise?: number];

/** The filter as the kernel takes it: 8 bytes an instruction. */
export function seccompFilter({ arch, datagrams }: FilterOptions): Uint8Array<ArrayBuffer> {
  const at = arch === "x86_64" ? 0 : 1;
  const sending = [[CALLS.sendto[at], 3], [CALLS.sendmsg[at], 2], [CALLS.sendmmsg[at], 3]];
  return assembled([
    [LOAD, ARCHITECTURE],
    [IS_EQUAL, ARCHITECTURES[arch], 1, 0],
    [RETURN, KILL],
    [LOAD, NUMBER],
    ...arch === "x86_64" ? [[IS_AT_LEAST, X32, 0, 1], [RETURN, ENOSYS]] satisfies Instruction[] : [],
    ...Object.values(REFUSED).flatMap((numbers) => when(numbers[at], [[RETURN, EPERM]])),
    ...UNKNOWN.flatMap((number) => when(number, [[RETURN, ENOSYS]])),
    ...sending.flatMap(([number, flags]) => when(number, opensNothing(flags))),
    ...when(CALLS.socket[at], socketRules(datagrams)),
    [RETURN, ALLOW],
  ]);
}

function when(number: number, then: readonly Instruction[]): Instruction[] {
  return [[IS_EQUAL, number, 0, then.length], ...then];
}

function opensNothing(flagsAt: number): Instruction[] {
  return [
    [LOAD, argument(flagsAt)],
    [HAS_BIT, MSG_FASTOPEN, 0, 1],
    [RETURN, EPERM],
    [RETURN, ALLOW],
  ];
}

/** TCP, and what the C library asks the kernel about addresses with; every other kind of socket is refused. */
function socketRules(datagrams: boolean): Instruction[] {
  const stream: Instruction[] = [
    [LOAD, argument(2)],
    [IS_EQUAL, IPPROTO_DEFAULT, 1, 0],
    [IS_EQUAL, IPPROTO_TCP, 0, 1],
    [RETURN, ALLOW],
    [RETURN, EACCES],
  ];
  const datagram: Instruction[] = datagrams
    ? [
      [LOAD, argument(2)],
      [IS_EQUAL, IPPROTO_DEFAULT, 1, 0],
      [IS_EQUAL, IPPROTO_UDP, 0, 1],
      [RETURN, ALLOW],
      [RETURN, EACCES],
    ]
    : [[RETURN, EACCES]];
  const internet: Instruction[] = [
    [LOAD, argument(1)],
    [AND, 0xf],
    ...when(SOCK_STREAM, stream),
    ...when(SOCK_DGRAM, datagram),
    [RETURN, EACCES],
  ];
  const routes: Instruction[] = [
    [LOAD, argument(2)],
    [IS_EQUAL, 0, 0, 1],
    [RETURN, ALLOW],
    [RETURN, EACCES],
  ];
  return [
    [LOAD, argument(0)],
    ...when(AF_NETLINK, routes),
    [IS_EQUAL, AF_INET, 1, 0],
    [IS_EQUAL, AF_INET6, 0, internet.length],
    ...internet,
    [RETURN, EACCES],
  ];
}

function assembled(program: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  for (const [index, [code, value, then = 0, otherwise = 0]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, then);
    view.setUint8(index * 8 + 3, otherwise);
    view.setUint32(index * 8 + 4, value >>> 0, true);
  }
  return new Uint8Array(view.buffer);
}
