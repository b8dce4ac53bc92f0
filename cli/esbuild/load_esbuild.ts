/** Loads esbuild into this Worker. It reads one file, which {@link ESBUILD_WASM} names. */
export async function loadEsbuild(): Promise<typeof import("esbuild-wasm/esm/browser.js")> {
  const esbuild = await import("esbuild-wasm/esm/browser.js");
  const wasmModule = await WebAssembly.compile(await Deno.readFile(ESBUILD_WASM));
  await esbuild.initialize({ wasmModule, worker: false });
  return esbuild;
}

/** Where esbuild's program is. */
export const ESBUILD_WASM = new URL(import.meta.resolve("esbuild-wasm/esbuild.wasm"));
