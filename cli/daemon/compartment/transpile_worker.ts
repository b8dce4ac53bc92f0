/**
 * The Worker in which esbuild makes functions of an app's modules: it answers one order and is ended. It parses and
 * prints, one file at a time; nothing of the app runs here, and nothing is looked for.
 *
 * @module
 */
import type { TransformFailure, TransformOptions } from "esbuild-wasm/esm/browser.js";
import { IMPORT_META, type Script } from "./app_code.ts";
import { spellHarmlessly } from "./source_check.ts";

/** What the main thread posts, once: the texts of scripts by their paths, and where to answer. */
export interface TranspileStart {
  readonly texts: ReadonlyMap<string, string>;
  /** Takes one map of {@link Script}s. */
  readonly port: MessagePort;
}

addEventListener("message", async (event) => {
  const { texts, port } = (event as MessageEvent<TranspileStart>).data;
  const transform = await startEsbuild();
  const scripts = new Map<string, Script>();
  for (const [path, text] of texts) scripts.set(path, await scriptOf(path, () => transform(text, path)));
  port.postMessage(scripts);
}, { once: true });

async function startEsbuild() {
  const { initialize, transform } = await import("esbuild-wasm/esm/browser.js");
  const bytes = await Deno.readFile(new URL(import.meta.resolve("esbuild-wasm/esbuild.wasm")));
  await initialize({ wasmModule: await WebAssembly.compile(bytes), worker: false });
  return (text: string, path: string) => transform(text, optionsFor(path));
}

function optionsFor(path: string): TransformOptions {
  return {
    sourcefile: path,
    loader: /ts$/.test(path) ? "ts" : "js",
    format: "cjs",
    platform: "neutral",
    target: "esnext",
    // Every `import()` becomes a call of our own `require`.
    supported: { "dynamic-import": false },
    define: { "import.meta": IMPORT_META },
    // No setting of a folder may change what comes out.
    tsconfigRaw: {},
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
  };
}

async function scriptOf(path: string, made: () => Promise<{ readonly code: string }>): Promise<Script> {
  try {
    return { body: spellHarmlessly((await made()).code) };
  } catch (error) {
    const [first] = (error as Partial<TransformFailure>).errors ?? [];
    if (!first) throw error;
    return { error: `${sentence(first.text)} (${path}:${first.location?.line ?? 1})` };
  }
}

function sentence(text: string): string {
  if (!text.startsWith("Top-level await")) return text;
  return "An app in a compartment cannot await outside of a function: await where the app is called";
}
