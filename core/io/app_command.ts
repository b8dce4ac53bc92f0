import type { AppIoEndpoint, AppOrder, AppPlugin } from "./ports.ts";

/** How this program is started again as an app process. */
export interface OwnProgram {
  /** Absolute path of the executable: Deno's from source, our own when compiled. */
  readonly executable: string;
  /** From source only. */
  readonly source?: {
    /** Absolute path of the module that holds our `main`. */
    readonly main: string;
    /**
     * Flags for Deno by side of the app: permissions and what else it needs. `--allow-net` for the AppIo
     * service is added here, since its port may be known late.
     */
    readonly flags: Readonly<Record<AppPlugin, readonly string[]>>;
    /** Other hosts that an app of this side may connect to: Deno takes `--allow-net` only once. */
    readonly net?: Readonly<Partial<Record<AppPlugin, readonly string[]>>>;
  };
  /** Flags of ours that follow Flower's, such as `--allow-app-read PATH`. */
  readonly appFlags: Readonly<Record<AppPlugin, readonly string[]>>;
}

/** What the launcher must know about this machine. It can be posted to a Worker. */
export interface LaunchSettings {
  readonly own: OwnProgram;
  /** Absolute paths of Flower's Python programs; one that was not found is absent. */
  readonly python: Readonly<Partial<Record<AppPlugin, string>>>;
  /** Process id of the daemon: app processes leave when it is gone. */
  readonly parentPid: number;
  /** Existing private folder in which tokens for Python apps may be put. */
  readonly tokenFolder: string;
  readonly allowRuntimeDependencyInstallation: boolean;
  /**
   * Names of environment variables that app processes get empty. Those that change which libraries are loaded
   * (`LD_*`, `DYLD_*`) must be named: Deno starts nothing with them from under an exact `run` list.
   */
  readonly blankedEnvironment: readonly string[];
}

/** A command line without secrets. */
export interface AppCommand {
  readonly executable: string;
  readonly args: readonly string[];
}

/** Names that {@link LaunchSettings.blankedEnvironment} must list when they are set. */
export function changesLibraries(name: string): boolean {
  return /^(LD|DYLD)_/.test(name);
}

/** The programs a launcher for these settings starts: its exact `run` permission. */
export function launchedPrograms(settings: Pick<LaunchSettings, "own" | "python">): string[] {
  return [settings.own.executable, ...Object.values(settings.python)];
}

/**
 * An app process of ours: it reads its tokens from standard input. From source it belongs to a place on the web that
 * is named after its run and does not exist: Deno keeps the cache storage of one place (`caches`, for which it asks
 * no permission) apart from that of another, and so no run finds what another one has left there.
 */
export function ownCommand(settings: LaunchSettings, order: Omit<AppOrder, "token">): AppCommand {
  const { own } = settings;
  const net = `--allow-net=${[order.appIo.address, ...own.source?.net?.[order.plugin] ?? []].join(",")}`;
  const place = `--location=http://run-${order.runId}.invalid`;
  const deno = own.source ? ["run", net, place, ...own.source.flags[order.plugin], own.source.main] : [];
  return {
    executable: own.executable,
    args: [
      ...deno,
      `flwr-${order.plugin}`,
      ...taskFlags(settings, order, "-"),
      ...own.appFlags[order.plugin],
    ],
  };
}

/** Flower's Python app process; undefined when it is not installed here. */
export function pythonCommand(
  settings: LaunchSettings,
  order: Omit<AppOrder, "token">,
  tokenFile: string,
): AppCommand | undefined {
  const executable = settings.python[order.plugin];
  return executable === undefined ? undefined : { executable, args: taskFlags(settings, order, tokenFile) };
}

function taskFlags(settings: LaunchSettings, order: Omit<AppOrder, "token">, tokenFile: string): string[] {
  return [
    `--${order.plugin === "serverapp" ? "serverappio" : "clientappio"}-api-address`,
    order.appIo.address,
    "--token-file",
    tokenFile,
    ...tlsFlags(order.appIo),
    "--parent-pid",
    String(settings.parentPid),
    ...(settings.allowRuntimeDependencyInstallation ? ["--allow-runtime-dependency-installation"] : []),
  ];
}

function tlsFlags(appIo: AppIoEndpoint): string[] {
  return appIo.rootCertificates === undefined
    ? ["--insecure"]
    : ["--root-certificates", appIo.rootCertificates];
}
