import { isTypeScript, splitReference } from "../../core/wire/fab/components.ts";
import type { FabInfo } from "../../core/wire/fab/fab.ts";

/** What is wrong with a Python component of an app, or may be. */
export interface ModuleTrouble {
  readonly text: string;
  /** Whether the app cannot run so, wherever it is. */
  readonly isCertain: boolean;
}

/**
 * Looks whether the Python modules that an app names as its components are in its archive, and whether they speak
 * of the attribute. Nothing is run: a module that is no part of the app may be installed where it runs.
 */
export function moduleTroubles(fab: Pick<FabInfo, "components" | "files">): ModuleTrouble[] {
  return Object.entries(fab.components).flatMap(([kind, reference]) => {
    if (reference === undefined || isTypeScript(reference)) return [];
    const [module, attribute] = splitReference(reference);
    const text = textOf(module, fab.files);
    if (text === undefined) return [missing(module, { kind, files: fab.files })];
    return speaksOf(text, attribute.split(".")[0]) ? [] : [{
      text: `The ${kind} of the app is "${reference}", but the module ${module} has no "${attribute}"`,
      isCertain: true,
    }];
  });
}

function missing(
  module: string,
  { kind, files }: { kind: string; files: ReadonlyMap<string, Uint8Array> },
): ModuleTrouble {
  const [top] = module.split(".");
  const isOwn = [...files.keys()].some((path) => path === `${top}.py` || path.startsWith(`${top}/`));
  const text = `The ${kind} of the app is in the module ${module}, which is not in the app`;
  return isOwn
    ? { text, isCertain: true }
    : { text: `${text}: it must be installed wherever the app runs`, isCertain: false };
}

/** The source of a module; undefined when the archive does not hold it. */
function textOf(module: string, files: ReadonlyMap<string, Uint8Array>): string | undefined {
  const path = module.replaceAll(".", "/");
  const content = files.get(`${path}.py`) ?? files.get(`${path}/__init__.py`);
  return content && new TextDecoder().decode(content);
}

/** Whether a name stands anywhere in a source; `import *` may bring any. */
function speaksOf(text: string, name: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}_])${name.replace(/[^\p{L}\p{N}_]/gu, "\\$&")}(?![\\p{L}\\p{N}_])`, "u")
    .test(text) ||
    /import\s+\*/.test(text);
}
