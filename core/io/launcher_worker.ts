/**
 * The Worker that starts app processes. It may run the programs named in its permissions and write tokens for
 * them into one folder; it opens no socket.
 */
import type { LaunchSettings } from "./app_command.ts";
import { systemClock } from "./clock.ts";
import { serveLauncher } from "./launcher_port.ts";
import { inheritedOutput, ProcessLauncher } from "./processes.ts";

/** What the main thread posts to this Worker: how to launch, first; then a port for each who may order. */
export type LauncherWorkerMessage =
  | { readonly kind: "settings"; readonly settings: LaunchSettings }
  | { readonly kind: "connect"; readonly port: MessagePort };

let launcher: ProcessLauncher;

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<LauncherWorkerMessage>;
  if (data.kind === "connect") return serveLauncher(data.port, launcher);
  launcher = new ProcessLauncher(data.settings, { clock: systemClock, output: inheritedOutput });
});
