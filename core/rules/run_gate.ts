import type { RunStatus } from "./run_life.ts";

/** Whether nodes may work for a run; when not, the text that tells them why. */
export type RunGate = { readonly open: true } | { readonly open: false; readonly text: string };

/** Nodes may work for a run while it is running. The texts are those that official peers know. */
export function runGate(run: RunStatus): RunGate {
  switch (run.status) {
    case "running":
      return { open: true };
    case "pending":
      return { open: false, text: "Run is pending." };
    case "starting":
      return { open: false, text: "Run is starting." };
    case "finished":
      return {
        open: false,
        text: run.subStatus === "stopped" ? "Run is finished. Stopped by user." : "Run is finished.",
      };
  }
}
