import type { BundleAnswer, BundleOrder } from "./bundle_order.ts";
import type { BundleStart } from "./esbuild_worker.ts";

/** Has esbuild make bundles, in a Worker that may read files and nothing else. */
export async function makeBundles(order: BundleOrder): Promise<BundleAnswer> {
  const worker = new Worker(new URL("./esbuild_worker.ts", import.meta.url).href, {
    type: "module",
    name: "bundle",
    deno: {
      permissions: {
        read: "inherit",
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
    const { promise, resolve, reject } = Promise.withResolvers<BundleAnswer>();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<BundleAnswer>) => {
      port1.close();
      resolve(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Cannot bundle the app: ${event.message}`));
    };
    // Esbuild sees where links lead, and knows the app's own files by their paths.
    const folder = await Deno.realPath(order.folder);
    worker.postMessage({ order: { ...order, folder }, port: port2 } satisfies BundleStart, [port2]);
    return await promise;
  } finally {
    worker.terminate();
  }
}
