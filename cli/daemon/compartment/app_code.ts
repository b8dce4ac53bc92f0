/** An app's own modules, in the form in which a compartment runs them. It can be posted to a Worker. */
export interface AppCode {
  /** URL of the app's folder, with `/` at its end. */
  readonly base: string;
  /** The scripts by path in the folder, with `/`. */
  readonly scripts: ReadonlyMap<string, Script>;
  /** All files of the app, by path: what is no script can be imported as data. */
  readonly paths: ReadonlySet<string>;
}

/** The texts of scripts by path. */
export type Texts = ReadonlyMap<string, string>;

/** A module as the body of a function of {@link PARAMETERS}, or why it cannot be one. */
export type Script = { readonly body: string } | { readonly error: string };

/** What stands for `import.meta` in a body. */
export const IMPORT_META = "corolla_import_meta";

/** What a module's body is given. */
export const PARAMETERS = `exports, module, require, ${IMPORT_META}`;

/** What a path of a script looks like. */
export const SCRIPT = /(?<!\.d)\.(ts|mts|js|mjs)$/;
