/** Where a package lies, and its name. */
export interface PackagePlace {
  /** A path from the app's folder. */
  readonly folder: string;
  readonly name: string;
}

/** The package that a file belongs to, by its path from the app's folder; undefined for the app's own. */
export function packagePlace(path: string): PackagePlace | undefined {
  const [, folder, name] = /^((?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path) ?? [];
  return folder === undefined ? undefined : { folder, name };
}

/** Where npm has a file of a package that Deno or pnpm put into a place of its own. */
export function plainPath(path: string): string {
  return path.replace(/(^|[/:])node_modules\/\.(?:deno|pnpm)\/[^/]+\/node_modules\//, "$1node_modules/");
}

/**
 * A bundle in which packages are called by where npm puts them, so that it is the same whoever has installed them.
 * Esbuild writes the path of each file on a line of its own, before what comes from it.
 */
export function withPlainPaths(bundle: string): string {
  return bundle.replace(
    /^(\s*(?:\/\/ |"))((?:\w+:)?(?:\.\.\/)*node_modules\/\.(?:deno|pnpm)\/.*)/gm,
    (_all, start, path) => start + plainPath(path),
  );
}
