/**
 * The Worker in which esbuild makes bundles: it answers one order and is ended. It may read files and nothing else.
 *
 * @module
 */
import type { BuildFailure, BuildOptions, Metafile } from "esbuild-wasm/esm/browser.js";
import type { Asked } from "../../esbuild/ask_worker.ts";
import { loadEsbuild } from "../../esbuild/load_esbuild.ts";
import type { BundleAnswer, BundleOrder, MadeBundle } from "./bundle_order.ts";
import { lendFiles } from "./esbuild_files.ts";
import { type AppImports, appResolution, FILES } from "./esbuild_plugin.ts";
import { withPlainPaths } from "./package_path.ts";

addEventListener("message", async (event) => {
  const { order, port } = (event as MessageEvent<Asked<BundleOrder>>).data;
  const answer = await bundlesOf(order);
  const buffers = "bundles" in answer ? answer.bundles.map(({ content }) => content.buffer) : [];
  port.postMessage(answer, { transfer: buffers });
}, { once: true });

async function bundlesOf(order: BundleOrder): Promise<BundleAnswer> {
  const build = await startEsbuild();
  const bundles: MadeBundle[] = [];
  let needed = false;
  const onPackage = () => void (needed = true);
  for (const module of order.modules) {
    try {
      const { outputFiles: [output], metafile } = await build(optionsFor({ ...order, module, onPackage }));
      const content = new TextEncoder().encode(withPlainPaths(output.text));
      bundles.push({ module, content, inputs: inputsOf(metafile!) });
    } catch (error) {
      if (!(error instanceof Error) || !("errors" in error)) throw error;
      const troubles = (error as unknown as BuildFailure).errors.map(({ text, location }) => ({
        text,
        file: location?.file,
        line: location?.line,
      }));
      return { troubles, needed };
    }
  }
  return { bundles };
}

async function startEsbuild() {
  lendFiles();
  const { build } = await loadEsbuild();
  return (options: BuildOptions & { write: false }) => build(options);
}

function optionsFor(
  { folder, module, compact, imports, onPackage }: BundleOrder & AppImports,
): BuildOptions & { write: false } {
  return {
    absWorkingDir: folder,
    entryPoints: [module],
    outfile: "bundle.js",
    write: false,
    metafile: true,
    bundle: true,
    format: "esm",
    // What Deno does with packages: Node's ways, and its own condition.
    platform: "node",
    conditions: ["deno"],
    target: "esnext",
    charset: "utf8",
    // No setting of another folder may change what comes out.
    tsconfigRaw: {},
    // Apps have no environment, and to ask for it would end them.
    define: { "process.env.NODE_ENV": '"production"', "process.env": "{}" },
    minify: compact,
    legalComments: "inline",
    logLevel: "silent",
    plugins: [appResolution({ folder, module, imports, onPackage })],
  };
}

function inputsOf({ inputs, outputs: { "bundle.js": output } }: Metafile): MadeBundle["inputs"] {
  return Object.entries(inputs).map(([path, { imports }]) => ({
    // What a script reads comes from its package, too.
    path: path.replace(`${FILES}:`, ""),
    sizeBytes: output.inputs[path]?.bytesInOutput ?? 0,
    imports: imports.filter(({ external }) => !external)
      .map(({ path, original }) => ({ path, specifier: original ?? path })),
  }));
}
