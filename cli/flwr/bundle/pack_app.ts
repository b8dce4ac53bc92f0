import { FabTooLargeError } from "../../../core/wire/fab/error.ts";
import { buildFab, type BuiltFab, MAX_FAB_BYTES, planFab } from "../../../core/wire/fab/fab.ts";
import type { Env } from "../../env.ts";
import { UserError } from "../../output.ts";
import { bytesText } from "../quantities.ts";
import { type AppBundles, bundleApp } from "./bundle_app.ts";
import { biggestText, bundleText } from "./bundle_text.ts";

/** What package managers write down for themselves; of no use beside bundles. */
const LOCKS: ReadonlySet<string> = new Set(["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml"]);

/** The files of an app, by path from its folder. */
interface AppFiles {
  /** Absolute path. */
  readonly folder: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Packs an app: as it is, or with bundles where it imports npm packages, of which it says something. Where they would
 * make the archive too large, they are made small, and the modules that are inside of them stay out.
 * @throws {FabError} when the app is wrong
 * @throws {UserError} when it cannot be bundled
 */
export async function packApp({ folder, files }: AppFiles, env: Env): Promise<BuiltFab> {
  const source = { folder, files, plan: planFab(files) };
  let made = await bundleApp(source, { env });
  if (made.bundles.length === 0) return buildFab(files);
  let fab: BuiltFab;
  try {
    fab = buildFab(files, { bundles: made.bundles, without: LOCKS });
  } catch (error) {
    if (!(error instanceof FabTooLargeError)) throw error;
    made = await bundleApp(source, { env, compact: true });
    fab = smallFab(source, made);
  }
  for (const bundle of made.bundles) env.stderr(`${await bundleText(bundle, { folder, env })}\n`);
  return fab;
}

/** @throws {UserError} when it is still too large */
function smallFab({ folder, files }: AppFiles, { bundles, inlined }: AppBundles): BuiltFab {
  try {
    return buildFab(files, { bundles, without: inlined.union(LOCKS) });
  } catch (error) {
    if (!(error instanceof FabTooLargeError)) throw error;
    const [most, size] = [MAX_FAB_BYTES, error.sizeBytes].map(bytesText);
    throw new UserError(
      `Cannot build the app as its archive must be at most ${most}: it would be ${size}, most of it from ${
        biggestText(bundles)
      }`,
      { hint: `Import less of them in ${folder}, or smaller packages` },
    );
  }
}
