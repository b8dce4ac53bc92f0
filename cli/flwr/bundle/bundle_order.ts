import type { ImportMap } from "./import_map.ts";

/** What to make bundles of. It can be posted to a Worker. */
export interface BundleOrder {
  /** Absolute path of the app's folder. */
  readonly folder: string;
  /** The modules to bundle, by path in the folder. */
  readonly modules: readonly string[];
  /** What names stand for in the app's own modules. */
  readonly imports: ImportMap;
  /** Whether to make them small rather than readable. */
  readonly compact: boolean;
}

/** What a module and its packages became. */
export interface MadeBundle {
  /** The path of the app's module. */
  readonly module: string;
  /** The bundle: JavaScript, UTF-8. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** All that went into it. */
  readonly inputs: readonly BundleInput[];
}

/** A file of a bundle. */
export interface BundleInput {
  /** Its path from the app's folder. */
  readonly path: string;
  /** How much of the bundle comes from it. */
  readonly sizeBytes: number;
  /** What it imports: as it is written, and the path from the app's folder that this leads to. */
  readonly imports: readonly { readonly specifier: string; readonly path: string }[];
}

/** Why there is no bundle. */
export interface BundleTrouble {
  /** What esbuild says. */
  readonly text: string;
  /** The file that is to blame, by its path from the app's folder, where one is. */
  readonly file?: string;
  readonly line?: number;
}

/** What the Worker answers, once. */
export type BundleAnswer =
  | { readonly bundles: readonly MadeBundle[] }
  | {
    readonly troubles: readonly BundleTrouble[];
    /** Whether a module of the app imports a package, so that it cannot do without a bundle. */
    readonly needed: boolean;
  };
