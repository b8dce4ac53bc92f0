import { AppChild, type AppOutput } from "./app_child.ts";
import { type AppCommand, type LaunchSettings, ownCommand, programOf, pythonCommand } from "./app_command.ts";
import { ownFolders } from "./app_environment.ts";
import { readyLine } from "./app_lines.ts";
import { type AppPlaces, PlaceKeeper } from "./app_places.ts";
import { fenced, planAround } from "./fence_command.ts";
import { refusalHint } from "./fence_refusal.ts";
import type { AppEnd, AppOrder, AppProcess, Clock, Launcher } from "./ports.ts";
import { TokenFiles } from "./token_files.ts";

/** How long a ClientApp process of ours waits for its next task before it is sent away. */
const IDLE_MS = 60_000;
/** How many such processes wait at most; the one that has waited longest leaves first. */
const MOST_IDLE = 2;

/** Ray's sockets stand in a folder whose path has to be short. */
const RAY_ENVIRONMENT = { RAY_TMPDIR: "/tmp" };

/** Where the output of app processes goes when nobody else wants it: ClientApps share the daemon's streams. */
export const inheritedOutput: AppOutput = {
  stdout: (text) => write(Deno.stdout, text),
  stderr: (text) => write(Deno.stderr, text),
};

/** Output that nobody reads: a ServerApp process sends its own to the SuperLink. */
const discardedOutput: AppOutput = { stdout: () => {}, stderr: () => {} };

/** A process of ours that has nothing to do. */
interface Waiting {
  readonly kind: string;
  readonly child: AppChild;
  /** Aborted when it gets a task or leaves. */
  readonly taken: AbortController;
}

/**
 * Starts app processes on this machine.
 *
 * Our own ClientApp processes are kept for the next task of the same run, since most of a short task's time is the
 * start of its process; each message still gets a Worker of its own there. Never for another run: an app cannot leave
 * its Worker, but it can change what belongs to the whole process, such as its folder, its standard input or V8's
 * flags. Python processes live for one task.
 */
export class ProcessLauncher implements Launcher {
  readonly #keeper: PlaceKeeper;
  readonly #children = new Set<AppChild>();
  readonly #idle: Waiting[] = [];
  #stopped = false;

  constructor(
    readonly settings: LaunchSettings,
    readonly ports: { readonly clock: Clock; readonly output: AppOutput },
  ) {
    this.#keeper = new PlaceKeeper({ scratch: settings.scratchFolder, runs: settings.runsFolder });
  }

  start(order: AppOrder): AppProcess {
    if (this.#stopped) return notStarted("the launcher is shutting down");
    try {
      return order.runtime === "python" ? this.#startPython(order) : this.#startOwn(order);
    } catch (error) {
      return notStarted(error instanceof Error ? error.message : String(error));
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const children = [...this.#children];
    for (const child of children) child.stop();
    await Promise.all(children.map((child) => child.exited));
  }

  #startPython(order: AppOrder): AppProcess {
    const { python, fence } = this.settings;
    const program = programOf(order);
    if (python[program] === undefined) {
      return notStarted(
        `Cannot start flwr-${program}: it is not on the daemon's PATH. Install Flower there ("pip install ` +
          `${
            order.simulates ? "'flwr[simulation]'" : "flwr"
          }"), put its bin folder first in PATH and start the ` +
          `daemon again`,
      );
    }
    if (order.simulates && fence) {
      return notStarted(
        "Cannot simulate a Python app behind a fence, which its Ray does not fit through. Start a SuperLink by hand " +
          "(corolla superlink --insecure --simulation --app-fence none) where you trust all who may start runs",
      );
    }
    const child = this.#spawn(order, (places) => {
      // It goes with the folder, if the process has not removed it before.
      const tokenFile = new TokenFiles(places.scratch).write(order.token);
      return pythonCommand(this.settings, order, tokenFile.path)!;
    });
    return { ended: child.exited, stop: () => child.stop() };
  }

  #startOwn(order: AppOrder): AppProcess {
    const child = this.#takeIdle(kindOf(order)) ??
      this.#spawn(order, (places) => ownCommand(this.settings, order, places));
    if (order.plugin === "serverapp") {
      child.tell(order.token);
      return { ended: child.exited, stop: () => child.stop() };
    }
    let serving = true;
    const ended = Promise.race([child.exited, this.#served(child, order)]).finally(() => serving = false);
    // Once it is through with this task the process may be at work for somebody else.
    return { ended, stop: () => serving && child.stop() };
  }

  /** Hands the task over; resolves when the child is through with it, and puts it among those that wait. */
  async #served(child: AppChild, order: AppOrder): Promise<AppEnd> {
    const said = child.says(await readyLine(order.token));
    child.tell(order.token);
    await said;
    this.#keepIdle(kindOf(order), child);
    return { kind: "ready" };
  }

  /** Starts a process in folders of its own, which go with it. */
  #spawn(order: AppOrder, commandIn: (places: AppPlaces) => AppCommand): AppChild {
    const { fence } = this.settings;
    const places = this.#keeper.make(order.plugin, order.runId);
    try {
      const command = commandIn(places);
      const around = fence && { kind: fence.kind, plan: planAround(fence, { order, places }) };
      const child = new AppChild(fence ? fenced(fence, { command, order, places }) : command, {
        clock: this.ports.clock,
        output: order.plugin === "clientapp" ? this.ports.output : discardedOutput,
        input: order.runtime === "typescript",
        env: {
          ...this.settings.environment,
          ...ownFolders(places, { hasHome: fence === undefined }),
          ...order.simulates ? RAY_ENVIRONMENT : {},
        },
        // Python's ServerApps save their models where they stand.
        cwd: order.runtime === "python" && fence ? places.run : undefined,
        // A TypeScript app's refusals are put into words where it runs.
        explain: around && order.runtime === "python" ? (line) => refusalHint(line, around) : undefined,
      });
      this.#children.add(child);
      child.exited.then(() => {
        this.#children.delete(child);
        this.#keeper.clear(places);
      });
      return child;
    } catch (error) {
      this.#keeper.clear(places);
      throw error;
    }
  }

  #takeIdle(kind: string): AppChild | undefined {
    const place = this.#idle.findLastIndex((waiting) => waiting.kind === kind);
    if (place < 0) return undefined;
    const [{ child, taken }] = this.#idle.splice(place, 1);
    taken.abort();
    return child;
  }

  #keepIdle(kind: string, child: AppChild): void {
    if (this.#stopped) return;
    const waiting = { kind, child, taken: new AbortController() };
    this.#idle.push(waiting);
    child.exited.then(() => this.#forget(waiting));
    this.ports.clock.sleep(IDLE_MS, waiting.taken.signal).then(() => this.#dismiss(waiting));
    if (this.#idle.length > MOST_IDLE) this.#dismiss(this.#idle[0]);
  }

  #dismiss(waiting: Waiting): void {
    if (this.#forget(waiting)) waiting.child.dismiss();
  }

  /** Whether it was still waiting. */
  #forget(waiting: Waiting): boolean {
    const place = this.#idle.indexOf(waiting);
    if (place < 0) return false;
    this.#idle.splice(place, 1);
    waiting.taken.abort();
    return true;
  }
}

/** Orders that the same process can serve one after the other. */
/** A process is used again for the same run only: whatever an app did to it, no other app is the worse for it. */
function kindOf({ plugin, runId, appIo }: AppOrder): string {
  return JSON.stringify([plugin, String(runId), appIo.address, appIo.rootCertificates ?? ""]);
}

function notStarted(reason: string): AppProcess {
  return { ended: Promise.resolve({ kind: "notStarted", reason }), stop: () => {} };
}

function write(stream: typeof Deno.stdout, text: string): void {
  try {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch {
    // Nobody reads the daemon's output any more; its work goes on.
  }
}
