import { fileURLToPath } from "node:url";
import { askWorker } from "../../esbuild/ask_worker.ts";
import { ESBUILD_WASM } from "../../esbuild/load_esbuild.ts";
import { type AppCode, SCRIPT, type Script, type Texts } from "./app_code.ts";

/** An archive of 10 MB takes a fraction of this; a parser that has met its match may say nothing at all. */
const LONGEST_MS = 120_000;

/** Makes of an app's files what a compartment runs. @param base URL of the app's folder, with `/` at its end */
export async function transpile(files: ReadonlyMap<string, Uint8Array>, base: string): Promise<AppCode> {
  const decoder = new TextDecoder();
  const texts = [...files].filter(([path]) => SCRIPT.test(path));
  const scripts = await askWorker<Texts, ReadonlyMap<string, Script>>({
    entry: new URL("./transpile_worker.ts", import.meta.url),
    name: "transpile",
    read: [fileURLToPath(ESBUILD_WASM)],
    order: new Map(texts.map(([path, content]) => [path, decoder.decode(content)])),
    trouble: "Cannot read the app's modules",
    limit: { ms: LONGEST_MS, trouble: "Cannot read the app's modules: they take too long" },
  });
  return { base, scripts, paths: new Set(files.keys()) };
}
