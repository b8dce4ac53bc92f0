/** What is asked of a Worker that answers one order. */
export interface Question<Order> {
  readonly entry: URL;
  readonly name: string;
  /** The files that it may read; it may do nothing else. */
  readonly read: "inherit" | string[];
  readonly order: Order;
  /** What could not be done if it fails, as `Cannot …`. */
  readonly trouble: string;
  /** How long the answer may take, and what is said when it takes longer. For ever unless given. */
  readonly limit?: { readonly ms: number; readonly trouble: string };
}

/** What the Worker is posted, once. */
export interface Asked<Order> {
  readonly order: Order;
  /** Takes the answer. */
  readonly port: MessagePort;
}

/** Starts a Worker for an order, and ends it when it has answered. @throws {Error} when it fails or takes too long */
export async function askWorker<Order, Answer>(
  { entry, name, read, order, trouble, limit }: Question<Order>,
): Promise<Answer> {
  const worker = new Worker(entry.href, {
    type: "module",
    name,
    deno: {
      permissions: {
        read,
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
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`${trouble}: ${event.message}`));
  };
  const late = limit && setTimeout(() => reject(new Error(limit.trouble)), limit.ms);
  worker.postMessage({ order, port: port2 } satisfies Asked<Order>, [port2]);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    port1.close();
    worker.terminate();
  }
}
