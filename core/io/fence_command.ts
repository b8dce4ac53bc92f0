import type { AppCommand } from "./app_command.ts";
import type { AppPlaces } from "./app_places.ts";
import { bothPlans, fenceFlags, type FencePlan } from "./fence_plan.ts";
import { isIpAddress } from "./ip_address.ts";
import type { AppIoEndpoint, AppOrder, AppPlugin, AppRuntime } from "./ports.ts";

/** What sets a fence: the kernel's Landlock, or bubblewrap with folders of its own for the program. */
export type FenceKind = "landlock" | "bubblewrap";

/** The fence around app processes. It can be posted to a Worker. */
export interface Fence {
  readonly kind: FenceKind;
  /** Of Landlock, by which people know what it can hold. */
  readonly generation?: number;
  /** The command that sets it, without what it lets through. */
  readonly command: AppCommand;
  /** What apps may touch beside their own folders and their AppIo service. */
  readonly plans: Readonly<Record<AppRuntime, Readonly<Record<AppPlugin, FencePlan>>>>;
}

/** Whom a fence is set for, and where that app process has its own folders. */
export interface Fenced {
  readonly order: Pick<AppOrder, "plugin" | "runtime" | "appIo">;
  readonly places: AppPlaces;
}

/** All that a fence lets one app process touch. */
export function planAround(fence: Fence, { order, places: { scratch, run } }: Fenced): FencePlan {
  const { rootCertificates } = order.appIo;
  return bothPlans(fence.plans[order.runtime][order.plugin], {
    read: rootCertificates === undefined ? [] : [rootCertificates],
    write: run === undefined ? [scratch] : [scratch, run],
    ...wayTo(order.appIo),
  });
}

/** A command with the fence for its order around it. */
export function fenced(fence: Fence, on: Fenced & { readonly command: AppCommand }): AppCommand {
  const { command, order } = on;
  const plan = planAround(fence, on);
  const { executable, args } = fence.command;
  const words = [command.executable, ...command.args];
  if (fence.kind === "bubblewrap") {
    const socket = socketFor(fence, order);
    const network = socket === undefined ? [] : ["--unshare-net", "--bind", socket, socket];
    return { executable, args: [...args, ...bindings(plan), ...network, "--", ...words] };
  }
  // Who is fenced in cannot look for its parent.
  const watch = order.runtime === "python" ? ["--with-parent"] : [];
  return { executable, args: [...args, "fence", ...watch, ...fenceFlags(plan), "--", ...words] };
}

/**
 * The socket over which an app process reaches its AppIo service without any network; undefined for one that keeps
 * the network. Bubblewrap knows all of it or none. A TypeScript app's Worker sees to its connections.
 */
export function socketFor(fence: Fence | undefined, order: Fenced["order"]): string | undefined {
  if (fence?.kind !== "bubblewrap" || order.runtime !== "python") return undefined;
  const { ports } = fence.plans.python[order.plugin];
  return ports === "any" || ports.length > 0 ? undefined : order.appIo.socketPath;
}

/** The plan in bubblewrap's words, but for the network. */
function bindings(plan: FencePlan): string[] {
  const each = (flag: string, paths: readonly string[]) => paths.flatMap((path) => [flag, path, path]);
  const isKernels = (path: string) => /^\/(proc|dev)(\/|$)/.test(path);
  const seen = (paths: readonly string[]) => paths.filter((path) => !isKernels(path));
  return [
    ...["--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--new-session"],
    ...["--proc", "/proc", "--dev", "/dev"],
    ...each("--ro-bind-try", outermost(seen([...plan.read, ...plan.execute]))),
    ...each("--bind-try", seen(plan.write)),
    ...each("--dev-bind-try", plan.devices),
  ];
}

/** What lies in another folder of the list is there already, and could not be put there again. */
function outermost(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}

/** Long answers about names come over TCP. */
const DNS = 53;

function wayTo({ address }: AppIoEndpoint): Pick<FencePlan, "ports" | "datagrams"> {
  const cut = address.lastIndexOf(":");
  const [host, port] = [address.slice(0, cut).replace(/^\[(.*)\]$/, "$1"), Number(address.slice(cut + 1))];
  const isFound = isIpAddress(host) || host === "localhost";
  return { ports: isFound ? [port] : [port, DNS], datagrams: !isFound };
}
