/**
 * The Worker in which esbuild makes functions of an app's modules: it answers one order and is ended. It parses and
 * prints, one file at a time; nothing of the app runs here, and nothing is looked for.
 *
 * @module
 */
import type { TransformFailure, TransformOptions } from "esbuild-wasm/esm/browser.js";
import type { Asked } from "../../esbuild/ask_worker.ts";
import { loadEsbuild } from "../../esbuild/load_esbuild.ts";
import { IMPORT_META, type Script, type Texts } from "./app_code.ts";
import { spellHarmlessly } from "./source_check.ts";

addEventListener("message", async (event) => {
  const { order: texts, port } = (event as MessageEvent<Asked<Texts>>).data;
  const { transform } = await loadEsbuild();
  const scripts = new Map<string, Script>();
  for (const [path, text] of texts) {
    scripts.set(path, await scriptOf(path, () => transform(text, optionsFor(path))));
  }
  port.postMessage(scripts);
}, { once: true });

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
