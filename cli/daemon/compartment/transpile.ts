import { type AppCode, SCRIPT, type Script } from "./app_code.ts";
import { fileURLToPath } from "node:url";
import type { TranspileStart } from "./transpile_worker.ts";

/** An archive of 10 MB takes a fraction of this. */
const LONGEST_MS = 120_000;

/** Makes of an app's files what a compartment runs. @param base URL of the app's folder, with `/` at its end */
export async function transpile(files: ReadonlyMap<string, Uint8Array>, base: string): Promise<AppCode> {
  const decoder = new TextDecoder();
  const scripts = [...files].filter(([path]) => SCRIPT.test(path));
  const texts = new Map(scripts.map(([path, content]) => [path, decoder.decode(content)]));
  return { base, scripts: await scriptsOf(texts), paths: new Set(files.keys()) };
}

async function scriptsOf(texts: TranspileStart["texts"]): Promise<AppCode["scripts"]> {
  const worker = new Worker(new URL("./transpile_worker.ts", import.meta.url).href, {
    type: "module",
    name: "transpile",
    deno: {
      permissions: {
        read: [fileURLToPath(import.meta.resolve("esbuild-wasm/esbuild.wasm"))],
        write: false,
        net: false,
        env: false,
        run: false,
        ffi: false,
        sys: false,
        import: false,
      },
    },
  });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, Script>>();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<ReadonlyMap<string, Script>>) => {
      port1.close();
      resolve(data);
    };
    // A parser that has met its match may say nothing at all.
    const late = setTimeout(
      () => reject(new Error("Cannot read the app's modules: they take too long")),
      LONGEST_MS,
    );
    promise.finally(() => clearTimeout(late)).catch(() => {});
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Cannot read the app's modules: ${event.message}`));
    };
    worker.postMessage({ texts, port: port2 } satisfies TranspileStart, [port2]);
    return await promise;
  } finally {
    worker.terminate();
  }
}
