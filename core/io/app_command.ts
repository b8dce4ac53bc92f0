import type { AppPlaces } from "./app_places.ts";
import { denoList } from "./deno_list.ts";
import { type Fence, socketFor } from "./fence_command.ts";
import type { AppIoEndpoint, AppOrder, AppPlugin } from "./ports.ts";

/** How this program is started again as an app process. */
export interface OwnProgram {
  /** Absolute path of the executable: Deno's from source, our own when compiled. */
  readonly executable: string;
  /** From source only. */
  readonly source?: {
    /** Absolute path of the module that holds our `main`. */
    readonly main: string;
    /** Flags for Deno, beside leave for files and addresses. */
    readonly flags: readonly string[];
    /**
     * What a process of either side may touch beside its own folders and its AppIo service, of which Deno hears here:
     * it takes each of these lists only once.
     */
    readonly grants: Readonly<Record<AppPlugin, SourceGrants>>;
  };
  /** Flags of ours that follow Flower's, such as `--allow-app-read PATH`. */
  readonly appFlags: Readonly<Record<AppPlugin, readonly string[]>>;
}

/** Lists for Deno's permissions. */
export interface SourceGrants {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly net: readonly string[];
}

/** What the launcher must know about this machine. It can be posted to a Worker. */
export interface LaunchSettings {
  readonly own: OwnProgram;
  /** Absolute paths of Flower's Python programs; one that was not found is absent. */
  readonly python: Readonly<Partial<Record<AppProgram, string>>>;
  /** Process id of the daemon: app processes leave when it is gone. */
  readonly parentPid: number;
  /** Existing private folder in which each app process gets one of its own. */
  readonly scratchFolder: string;
  /** Folder in which each run may leave something behind. */
  readonly runsFolder: string;
  readonly allowRuntimeDependencyInstallation: boolean;
  /** The environment of app processes, beside what leads to their own folders. */
  readonly environment: Readonly<Record<string, string>>;
  /** The fence around app processes, where one can be had. */
  readonly fence?: Fence;
  /** Where the AppIo service is to listen for Python apps that the fence gives no network. Absolute path. */
  readonly appIoSocket?: string;
}

/** A command line without secrets. */
export interface AppCommand {
  readonly executable: string;
  readonly args: readonly string[];
}

/** Flower's programs for app processes, without `flwr-`. */
export type AppProgram = AppPlugin | "simulation";

/** The program for an order. */
export function programOf({ plugin, simulates }: Pick<AppOrder, "plugin" | "simulates">): AppProgram {
  return simulates ? "simulation" : plugin;
}

/** The programs a launcher for these settings starts: its exact `run` permission. */
export function launchedPrograms(
  { own, python, fence }: Pick<LaunchSettings, "own" | "python" | "fence">,
): string[] {
  return fence ? [fence.command.executable] : [own.executable, ...Object.values(python)];
}

/**
 * An app process of ours: it reads its tokens from standard input. From source it belongs to a place on the web that
 * is named after its run and does not exist: Deno keeps the cache storage of one place (`caches`, for which it asks
 * no permission) apart from that of another, and so no run finds what another one has left there.
 */
export function ownCommand(
  settings: LaunchSettings,
  order: Omit<AppOrder, "token">,
  places: AppPlaces,
): AppCommand {
  const { own, runsFolder, fence } = settings;
  return {
    executable: own.executable,
    args: [
      ...own.source ? ["run", ...denoFlags(own.source, order, places), own.source.main] : [],
      `flwr-${programOf(order)}`,
      ...taskFlags(settings, order, "-"),
      ...places.run === undefined ? [] : ["--runs-folder", runsFolder],
      ...fence ? ["--is-fenced"] : [],
      ...own.appFlags[order.plugin],
    ],
  };
}

function denoFlags(
  { flags, grants }: NonNullable<OwnProgram["source"]>,
  { plugin, runId, appIo }: Omit<AppOrder, "token">,
  { scratch, run }: AppPlaces,
): string[] {
  const { read, write, net } = grants[plugin];
  const folders = run === undefined ? [scratch] : [scratch, run];
  const authority = appIo.rootCertificates === undefined ? [] : [appIo.rootCertificates];
  return [
    ...flags,
    `--location=http://run-${runId}.invalid`,
    `--allow-net=${denoList([appIo.address, ...net])}`,
    `--allow-read=${denoList([...folders, ...authority, ...read])}`,
    `--allow-write=${denoList([...folders, ...write])}`,
  ];
}

/** Flower's Python app process; undefined when it is not installed here. */
export function pythonCommand(
  settings: LaunchSettings,
  order: Omit<AppOrder, "token">,
  tokenFile: string,
): AppCommand | undefined {
  const executable = settings.python[programOf(order)];
  if (executable === undefined) return undefined;
  const socket = socketFor(settings.fence, order);
  const appIo = socket === undefined ? order.appIo : { address: `unix:${socket}` };
  return { executable, args: taskFlags(settings, { ...order, appIo }, tokenFile) };
}

function taskFlags(settings: LaunchSettings, order: Omit<AppOrder, "token">, tokenFile: string): string[] {
  return [
    `--${order.plugin === "serverapp" ? "serverappio" : "clientappio"}-api-address`,
    order.appIo.address,
    "--token-file",
    tokenFile,
    ...tlsFlags(order.appIo),
    ...watchesParent(settings, order) ? ["--parent-pid", String(settings.parentPid)] : [],
    ...(settings.allowRuntimeDependencyInstallation ? ["--allow-runtime-dependency-installation"] : []),
  ];
}

/**
 * Behind bubblewrap another process is the parent. Python's app processes look for theirs by a signal, which Landlock
 * keeps from them. Either way their end is seen to.
 */
function watchesParent({ fence }: LaunchSettings, { runtime }: Pick<AppOrder, "runtime">): boolean {
  return fence === undefined || fence.kind === "landlock" && runtime === "typescript";
}

function tlsFlags(appIo: AppIoEndpoint): string[] {
  return appIo.rootCertificates === undefined
    ? ["--insecure"]
    : ["--root-certificates", appIo.rootCertificates];
}
