import { isIpAddress } from "../../core/io/ip_address.ts";
import { LIBC_PATHS } from "../../core/io/libc.ts";
import type { AppCommand, LaunchSettings } from "../../core/io/app_command.ts";
import type { Fence, FenceKind } from "../../core/io/fence_command.ts";
import type { FencePlan } from "../../core/io/fence_plan.ts";
import type { AppPlugin, AppRuntime, Log } from "../../core/io/ports.ts";
import type { Env } from "../env.ts";
import { UserError } from "../output.ts";
import { denoFolder } from "./app_environment.ts";
import type { AppGrants } from "./app_grants.ts";
import { lockFile, mainModule, sourcePaths } from "./app_permissions.ts";
import { onPath } from "./on_path.ts";
import { pythonEnvironment } from "./python_environment.ts";
import { DRIVER_PATHS, LOADERS, SINKS, SYSTEM_PATHS } from "./system_paths.ts";

/** Which fence the operator wants. */
export interface FenceWish {
  /** The best that this machine has unless given. */
  readonly kind?: FenceKind | "none";
  /** Whether to run without apps rather than without a fence. */
  readonly isRequired: boolean;
}

/** What is found on this machine. */
interface Found {
  readonly kind: FenceKind;
  readonly command: AppCommand;
  readonly generation?: number;
}

/**
 * The fence around app processes on this machine; undefined when there is none to be had.
 * @throws {UserError} when the operator requires one, or names one that is not to be had
 */
export async function appFence(
  env: Env,
  on: {
    readonly wish: FenceWish;
    readonly grants: AppGrants;
    readonly python: LaunchSettings["python"];
  },
): Promise<Fence | undefined> {
  const { wish: { kind, isRequired }, grants, python } = on;
  if (kind === "none") {
    if (!isRequired) return undefined;
    throw new UserError("Cannot use --require-fence with --app-fence none", {
      hint: "Leave one of them out",
    });
  }
  const found = await findFence(env, kind);
  if (found === undefined) {
    if (!isRequired && kind === undefined) return undefined;
    throw new UserError(
      `Cannot fence apps in: this machine has ${kind === undefined ? "neither Landlock nor" : "no"} ${
        kind === "landlock" ? "Landlock" : "bubblewrap"
      }`,
      { hint: "Linux 6.7 or later has Landlock; bubblewrap is a package of most distributions" },
    );
  }
  const plan = (runtime: AppRuntime, plugin: AppPlugin) => planFor(env, { runtime, plugin, grants, python });
  return {
    ...found,
    plans: {
      typescript: {
        serverapp: await plan("typescript", "serverapp"),
        clientapp: await plan("typescript", "clientapp"),
      },
      python: { serverapp: await plan("python", "serverapp"), clientapp: await plan("python", "clientapp") },
    },
  };
}

/** Says at the start of a daemon what holds apps in. */
export function sayFence(
  { fence, appIoSocket, own }: Pick<LaunchSettings, "fence" | "appIoSocket" | "own">,
  { info, warn }: Log,
): void {
  if (fence === undefined) {
    return warn(
      `Apps are not fenced in by the system: TypeScript apps ${
        heldWithoutFence(own)
      }, Python apps can touch ` +
        "whatever this user can. Linux with Landlock or bubblewrap could hold them",
    );
  }
  if (fence.kind === "bubblewrap") {
    if (appIoSocket !== undefined) {
      return info("Apps are fenced in by bubblewrap: files, network, other processes");
    }
    return warn("Apps are fenced in by bubblewrap: their files are, their network connections are not");
  }
  const { generation = 0 } = fence;
  info(`Apps are fenced in by Landlock ${generation}: files, devices, network connections, other processes`);
  if (generation < 4) warn("This Linux is too old to fence in TCP connections: they are open to Python apps");
}

function heldWithoutFence({ source, appFlags }: LaunchSettings["own"]): string {
  if (source) return "are held by Deno";
  if (appFlags.clientapp.includes("--allow-unconfined-apps")) return "can read whatever this user can";
  return "are held in a compartment of JavaScript";
}

/** The generation of Landlock that knows TCP ports. */
const KNOWS_PORTS = 4;

async function findFence(env: Env, wanted?: FenceKind): Promise<Found | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const landlock = wanted === "bubblewrap" ? undefined : await findLandlock();
  if (landlock && (wanted === "landlock" || landlock.generation >= KNOWS_PORTS)) return landlock;
  if (wanted === "landlock") return undefined;
  return await findBubblewrap(env) ?? landlock;
}

async function findLandlock(): Promise<Found & { generation: number } | undefined> {
  const executable = Deno.execPath();
  const leave = LIBC_PATHS.join(",");
  const deno = ["run", "--quiet", "--no-prompt", "--cached-only", `--allow-ffi=${leave}`, mainModule()];
  const args = Deno.build.standalone ? [] : deno;
  const said = await outputOf({ executable, args: [...args, "fence", "--probe"] });
  const generation = Number(said);
  return generation > 0 ? { kind: "landlock", command: { executable, args }, generation } : undefined;
}

async function findBubblewrap(env: Env): Promise<Found | undefined> {
  const executable = await onPath("bwrap", env);
  if (executable === undefined) return undefined;
  const all = ["--ro-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "--dev", "/dev"];
  const said = await outputOf({ executable, args: [...all, Deno.execPath(), "--version"] });
  return said === undefined ? undefined : { kind: "bubblewrap", command: { executable, args: [] } };
}

/** What a program prints; undefined when it fails. */
async function outputOf({ executable, args }: AppCommand): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(executable, {
      ...{ args: [...args], clearEnv: true, stdin: "null", stderr: "null" },
      env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

async function planFor(
  env: Env,
  on: { runtime: AppRuntime; plugin: AppPlugin; grants: AppGrants; python: LaunchSettings["python"] },
): Promise<FencePlan> {
  const { grants } = on;
  const { read, execute } = on.runtime === "typescript" ? ownFiles(env) : await pythonFiles(env, on);
  const ports = portsOf(grants.net);
  return {
    read: [...SYSTEM_PATHS, ...read, ...grants.read, ...grants.devices.length > 0 ? DRIVER_PATHS : []],
    execute: [...LOADERS, ...execute],
    write: [...SINKS, ...grants.write],
    devices: grants.devices,
    // Long answers about names come over TCP.
    ports: ports === "any" || ports.length === 0 ? ports : [...ports, DNS],
    // An address is found without asking anybody.
    datagrams: grants.net.some((host) => !isIpAddress(hostOf(host))),
  };
}

const DNS = 53;

function ownFiles(env: Env): { read: string[]; execute: string[] } {
  const execute = [Deno.execPath()];
  if (Deno.build.standalone) return { read: [], execute };
  const modules = denoFolder(env);
  return { read: [...sourcePaths(), lockFile(), ...modules === undefined ? [] : [modules]], execute };
}

async function pythonFiles(
  env: Env,
  { plugin, python }: { plugin: AppPlugin; python: LaunchSettings["python"] },
): Promise<{ read: readonly string[]; execute: readonly string[] }> {
  const script = python[plugin];
  if (script === undefined) return { read: [], execute: [] };
  const { read, execute } = await pythonEnvironment(script, env);
  const more = (env.get("PYTHONPATH") ?? "").split(":").filter((path) => path.startsWith("/"));
  return { read: [...read, ...more], execute };
}

/** The host of `HOST[:PORT]`, where an IPv6 address stands in brackets if a port follows. */
function hostOf(granted: string): string {
  return /^\[(.*)\]/.exec(granted)?.[1] ?? (isIpAddress(granted) ? granted : granted.replace(/:\d+$/, ""));
}

/** The ports of `HOST:PORT`; a host without one means every port. */
function portsOf(hosts: readonly string[]): number[] | "any" {
  const ports = hosts.map((host) => isIpAddress(host) ? NaN : Number(/:(\d+)$/.exec(host)?.[1] ?? NaN));
  return ports.some(Number.isNaN) ? "any" : ports;
}
