import { askWorker } from "../../esbuild/ask_worker.ts";
import type { BundleAnswer, BundleOrder } from "./bundle_order.ts";

/** Has esbuild make bundles, in a Worker that may read files and nothing else. */
export async function makeBundles(order: BundleOrder): Promise<BundleAnswer> {
  // Esbuild sees where links lead, and knows the app's own files by their paths.
  const folder = await Deno.realPath(order.folder);
  return await askWorker<BundleOrder, BundleAnswer>({
    entry: new URL("./esbuild_worker.ts", import.meta.url),
    name: "bundle",
    read: "inherit",
    order: { ...order, folder },
    trouble: "Cannot bundle the app",
  });
}
