import type { AppRuntime } from "../io/ports.ts";

/** Names the component of the app that a claimed task runs, as `[tool.flwr.app.components]` gives it. */
export const COMPONENT_HEADER = "corolla-app-component";

/** What an app's component (`./client.ts:app`, `pkg.client:app`) is written in: its module's ending tells. */
export function appRuntimeOf(component: string): AppRuntime {
  const module = component.slice(0, component.lastIndexOf(":"));
  return /\.(ts|mts|js|mjs)$/.test(module) ? "typescript" : "python";
}
