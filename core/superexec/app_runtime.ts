import type { AppRuntime } from "../io/ports.ts";
import { isTypeScriptComponent } from "../model/app_component.ts";

/** Names the component of the app that a claimed task runs, as `[tool.flwr.app.components]` gives it. */
export const COMPONENT_HEADER = "corolla-app-component";

/** What an app's component (`./client.ts:app`, `pkg.client:app`) is written in: its module's ending tells. */
export function appRuntimeOf(component: string): AppRuntime {
  return isTypeScriptComponent(component) ? "typescript" : "python";
}
