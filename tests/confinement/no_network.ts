/** A network that only looks like one. */
export interface NoNetwork extends Disposable {
  /** Environment variables that lead whoever would fetch something to it. */
  readonly proxies: Readonly<Record<string, string>>;
  /** The same and those of package registries, by whose names Deno keeps what it has fetched before. */
  readonly env: Readonly<Record<string, string>>;
  /** How many have come. */
  came(): number;
}

/** Whoever asked the network for something would ask here, in vain. */
export function noNetwork(): NoNetwork {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let count = 0;
  (async () => {
    for await (const connection of listener) {
      count++;
      connection.close();
    }
  })();
  const proxy = `http://127.0.0.1:${listener.addr.port}`;
  const proxies = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
  const env = { ...proxies, JSR_URL: proxy, NPM_CONFIG_REGISTRY: proxy };
  return { proxies, env, came: () => count, [Symbol.dispose]: () => listener.close() };
}
