/** Below the ports that systems give to whoever asks for any. */
const FIRST = 20_000, COUNT = 10_000;

/**
 * A port of 127.0.0.1 on which nobody listens, for whoever has to know it before it is used. Nobody who connects
 * somewhere, or listens on any port, gets it in between.
 */
export function freePort(): number {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
