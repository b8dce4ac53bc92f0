import type { Env } from "../../env.ts";
import { bytesText } from "../quantities.ts";
import { bundlePath } from "../../../core/wire/fab/bundle.ts";
import type { BundleInput, MadeBundle } from "./bundle_order.ts";
import { type PackagePlace, packagePlace } from "./package_path.ts";

/** How many packages a sentence names. */
const MOST_NAMED = 3;

/** A package that is part of a bundle. */
export interface BundledPackage extends PackagePlace {
  readonly sizeBytes: number;
}

/** The packages in a bundle, the biggest first. */
export function packagesIn(inputs: readonly BundleInput[]): BundledPackage[] {
  const found = new Map<string, BundledPackage>();
  for (const { path, sizeBytes } of inputs) {
    const place = packagePlace(path);
    if (!place) continue;
    const others = found.get(place.folder)?.sizeBytes ?? 0;
    found.set(place.folder, { ...place, sizeBytes: others + sizeBytes });
  }
  return [...found.values()].sort((a, b) => b.sizeBytes - a.sizeBytes || (a.folder < b.folder ? -1 : 1));
}

/** The packages that take most of the room in an app's bundles: `a (4.1 MB), b (2.0 MB) and c (90 KB)`. */
export function biggestText(bundles: readonly MadeBundle[]): string {
  const sizes = new Map<string, number>();
  for (const { name, sizeBytes } of bundles.flatMap(({ inputs }) => packagesIn(inputs))) {
    sizes.set(name, (sizes.get(name) ?? 0) + sizeBytes);
  }
  const biggest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, MOST_NAMED);
  return biggest.map(([name, sizeBytes]) => `${name} (${bytesText(sizeBytes)})`).join(", ").replace(
    /, (?!.*, )/,
    " and ",
  );
}

/** What was made of a component: `Bundled client.ts with ml-cart 2.1.1 into client.bundle.js (31.4 KB)`. */
export async function bundleText(
  { module, content, inputs }: MadeBundle,
  { folder, env }: { folder: string; env: Env },
): Promise<string> {
  const all = packagesIn(inputs);
  const direct = directFolders(inputs);
  const named = await Promise.all(
    all.filter((found) => direct.has(found.folder)).map(async ({ name, folder: at }) =>
      name + await versionText(`${folder}/${at}/package.json`, env)
    ),
  );
  const rest = all.length - named.length;
  const packages = [...named.sort(), ...rest > 0 ? [`${rest} that they need`] : []];
  const list = packages.length > 0 ? ` with ${packages.join(", ")}` : "";
  return `Bundled ${module}${list} into ${bundlePath(module)} (${bytesText(content.length)})`;
}

/** Where the packages lie that the app's own modules name. */
function directFolders(inputs: readonly BundleInput[]): Set<string | undefined> {
  const own = inputs.filter(({ path }) => packagePlace(path) === undefined);
  return new Set(own.flatMap(({ imports }) => imports.map(({ path }) => packagePlace(path)?.folder)));
}

async function versionText(path: string, env: Env): Promise<string> {
  if (await env.files.kind(path) !== "file") return "";
  const { version } = JSON.parse(await env.files.readText(path));
  return typeof version === "string" ? ` ${version}` : "";
}
