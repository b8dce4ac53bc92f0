import project from "../deno.json" with { type: "json" };

/** Version of this program. */
export const VERSION: string = project.version;

export { FLOWER_VERSION } from "../core/auth/version.ts";

/** The one Deno release this program runs on from source. Stands in `deno.json` and nowhere else. */
export const DENO_PIN: string = project.deno;
