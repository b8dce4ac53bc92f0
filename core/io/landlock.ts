import type { FencePlan } from "./fence_plan.ts";
import type { Bytes, Libc } from "./libc.ts";

/*
 * Landlock: a thread gives up rights to files and TCP ports for itself and all that comes after it, for good. Numbers
 * are Linux's own; x86-64 and arm64 share them.
 */
const CREATE_RULESET = 444;
const ADD_RULE = 445;
const RESTRICT_SELF = 446;
const ASK_ABI = 1;
const PATH_BENEATH = 1;
const NET_PORT = 2;

const EXECUTE = 1n << 0n;
const WRITE_FILE = 1n << 1n;
const READ_FILE = 1n << 2n;
const READ_DIR = 1n << 3n;
const TRUNCATE = 1n << 14n;
const IOCTL_DEV = 1n << 15n;
const ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

const BIND_TCP = 1n;
const CONNECT_TCP = 2n;

const ABSTRACT_SOCKETS = 1n;
const SIGNALS = 2n;

/** The kernel's Landlock generation; 0 where there is none. From 4 on it knows TCP ports, from 6 on signals. */
export function landlockAbi(libc: Libc): number {
  return Math.max(0, libc.call(CREATE_RULESET, 0, 0, ASK_ABI));
}

/** Rights to files that this generation can withhold. */
function fileRights(abi: number): bigint {
  if (abi >= 5) return (1n << 16n) - 1n;
  if (abi >= 3) return (1n << 15n) - 1n;
  return abi === 2 ? (1n << 14n) - 1n : (1n << 13n) - 1n;
}

/**
 * Restricts the calling thread, and every program it becomes or starts, to the plan.
 * @throws {Error} when that cannot be done
 */
export function restrictByLandlock(libc: Libc, plan: FencePlan): void {
  const abi = landlockAbi(libc);
  const every = fileRights(abi);
  const net = abi < 4 ? 0n : plan.ports === "any" ? BIND_TCP : BIND_TCP | CONNECT_TCP;
  const scope = abi < 6 ? 0n : ABSTRACT_SOCKETS | SIGNALS;
  const attributes = words([every, net, scope].slice(0, abi < 4 ? 1 : abi < 6 ? 2 : 3));
  const ruleset = libc.call(CREATE_RULESET, attributes, attributes.length, 0);
  if (ruleset < 0) throw new Error(`Cannot make a Landlock ruleset: error ${libc.errno}`);
  const rules = { libc, ruleset, every };
  const read = READ_FILE | READ_DIR;
  for (const path of plan.read) allowPath(path, read, rules);
  for (const path of plan.execute) allowPath(path, read | EXECUTE, rules);
  for (const path of plan.write) allowPath(path, every & ~(EXECUTE | IOCTL_DEV), rules);
  for (const path of plan.devices) allowPath(path, read | WRITE_FILE | TRUNCATE | IOCTL_DEV, rules);
  if (net & CONNECT_TCP) { for (const port of plan.ports) allowPort(Number(port), rules); }
  if (libc.call(RESTRICT_SELF, ruleset, 0) !== 0) {
    throw new Error(`Cannot apply the Landlock ruleset: error ${libc.errno}`);
  }
}

interface Rules {
  readonly libc: Libc;
  readonly ruleset: number;
  readonly every: bigint;
}

function allowPath(path: string, rights: bigint, { libc, ruleset, every }: Rules): void {
  const asFolder = libc.openPath(path, { folder: true });
  const isFolder = asFolder >= 0;
  const descriptor = isFolder ? asFolder : libc.openPath(path, { folder: false });
  // Where nothing is, nothing can be allowed; what comes there later stays withheld.
  if (descriptor < 0) return;
  const rule = new DataView(new ArrayBuffer(12));
  rule.setBigUint64(0, every & (isFolder ? rights : rights & ON_FILES), true);
  rule.setInt32(8, descriptor, true);
  const failed = libc.call(ADD_RULE, ruleset, PATH_BENEATH, new Uint8Array(rule.buffer), 0);
  const { errno } = libc;
  libc.close(descriptor);
  if (failed) throw new Error(`Cannot allow "${path}" by Landlock: error ${errno}`);
}

function allowPort(port: number, { libc, ruleset }: Rules): void {
  const rule = words([CONNECT_TCP, BigInt(port)]);
  if (libc.call(ADD_RULE, ruleset, NET_PORT, rule, 0) === 0) return;
  throw new Error(`Cannot allow port ${port} by Landlock: error ${libc.errno}`);
}

function words(values: readonly bigint[]): Bytes {
  return new Uint8Array(new BigUint64Array(values).buffer);
}
