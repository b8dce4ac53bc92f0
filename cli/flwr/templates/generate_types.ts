/**
 * Writes `typescript/types/corolla.d.ts`, what editors know about `mod.ts`. With `--check` it only says whether the
 * file is up to date.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { bundleTypes } from "./bundle_types.ts";

const BANNER = `/**
 * The types of "corolla", for editors and \`deno check\`, without a network. Programs do not read this file: corolla
 * brings the real module along when it runs an app.
 *
 * @module
 */
`;

/** Where the declarations stand. */
export const TYPES_PATH = fileURLToPath(new URL("./typescript/types/corolla.d.ts", import.meta.url));

/** What they must be. */
export function freshTypes(): string {
  const entry = fileURLToPath(new URL("../../../mod.ts", import.meta.url));
  return `${BANNER}\n${bundleTypes(entry)}`;
}

if (import.meta.main) {
  const fresh = freshTypes();
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(TYPES_PATH, fresh);
  else if (fresh !== await Deno.readTextFile(TYPES_PATH).catch(() => "")) {
    console.error("Error: cli/flwr/templates/typescript/types/corolla.d.ts is not what mod.ts exports now");
    console.error("Next:  deno task types");
    Deno.exit(1);
  }
}
