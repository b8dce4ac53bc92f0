import { isTypeScriptComponent } from "../model/app_component.ts";

/** Where an app's code starts: a module of its bundle and the name under which that module exports the app. */
export interface Component {
  /** Path inside the bundle, with `/`, without a leading `./`. */
  readonly modulePath: string;
  readonly attribute: string;
}

/** A component reference that does not lead to an app; the text is for the app's author. */
export class ComponentError extends Error {
  override name = "ComponentError";
}

/**
 * Reads a reference as `[tool.flwr.app.components]` writes it: `./server.ts:app`.
 * @throws {ComponentError} when it is not one, or leaves the bundle
 */
export function parseComponent(reference: string): Component {
  const colon = reference.lastIndexOf(":");
  const modulePath = reference.slice(0, colon).replace(/^(\.\/)+/, "");
  const attribute = reference.slice(colon + 1);
  if (colon < 1 || modulePath === "" || attribute === "") {
    throw new ComponentError(
      `Cannot load the app as its component must read "./module.ts:name": current value is "${reference}"`,
    );
  }
  if (!isTypeScriptComponent(reference)) {
    throw new ComponentError(
      `Cannot load "${reference}" as a TypeScript app: its module must end in .ts, .mts, .js or .mjs`,
    );
  }
  if (modulePath.startsWith("/") || /[\\?#%]/.test(modulePath) || modulePath.split("/").includes("..")) {
    throw new ComponentError(
      `Cannot load the app as its component must stay inside the app's folder: current value is "${reference}"`,
    );
  }
  return { modulePath, attribute };
}
