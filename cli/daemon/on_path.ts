import { delimiter, join } from "node:path";
import type { Env } from "../env.ts";

/** The first program of this name on `PATH` that is not this program under another name. */
export async function onPath(name: string, env: Env): Promise<string | undefined> {
  const file = Deno.build.os === "windows" ? `${name}.exe` : name;
  for (const folder of (env.get("PATH") ?? "").split(delimiter).filter(Boolean)) {
    const path = join(folder, file);
    try {
      if (await env.files.kind(path) === "file" && await Deno.realPath(path) !== Deno.execPath()) return path;
    } catch {
      // A folder that may not be looked into holds nothing for us.
    }
  }
  return undefined;
}
