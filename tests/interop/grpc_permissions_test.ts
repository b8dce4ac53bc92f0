import { assertEquals } from "@std/assert";
import { GRPC_ENVIRONMENT } from "../../core/io/grpc/environment.ts";
import { freePort } from "../fakes/free_port.ts";

/** What a Worker with exactly these permissions made of its calls: a line each. */
async function linesOf(permissions: Deno.PermissionOptionsObject, tls: boolean): Promise<string[]> {
  const worker = new Worker(new URL("./grpc_permissions_worker.ts", import.meta.url), {
    type: "module",
    deno: {
      permissions: {
        env: [...GRPC_ENVIRONMENT],
        ffi: false,
        run: false,
        sys: false,
        write: false,
        read: false,
        ...permissions,
      },
    },
  });
  const keys = `${import.meta.dirname}/../vectors/keys`;
  const files = ["ca.crt", "server.pem", "server.key"].map((name) => Deno.readFileSync(`${keys}/${name}`));
  worker.postMessage({ files, tls, port: PORT });
  const { promise, resolve } = Promise.withResolvers<string[]>();
  worker.onmessage = ({ data }) => resolve(data);
  const lines = await promise;
  worker.terminate();
  return lines;
}

/** Permissions name ports, so this one has to be known before. */
const PORT = freePort();

for (const tls of [false, true]) {
  Deno.test(`server and client need nothing but their exact addresses and grpc-js's variables (tls: ${tls})`, async () => {
    assertEquals(await linesOf({ net: [`127.0.0.1:${PORT}`, `localhost:${PORT}`] }, tls), [
      "serving",
      "127.0.0.1: hello",
      "localhost: hello",
    ]);
  });
}

Deno.test("an address that was not granted is refused, and says so", async () => {
  const [serving, byAddress, byName] = await linesOf({ net: [`127.0.0.1:${PORT}`] }, false);
  assertEquals([serving, byAddress], ["serving", "127.0.0.1: hello"]);
  assertEquals(
    /^localhost: UNAVAILABLE: Cannot connect to localhost:\d+: getaddrinfo EPERM/.test(byName),
    true,
    byName,
  );
});
