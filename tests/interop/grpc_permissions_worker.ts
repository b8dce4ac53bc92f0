/** Serves and calls itself within whatever permissions it was given, and says how that went. */
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { serveGrpc } from "../../core/io/grpc/server.ts";
import { ByteBudget } from "../../core/rpc/budget.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { route, Router } from "../../core/rpc/router.ts";
import { FakeLog } from "../fakes/log.ts";
import { textMethod } from "../fakes/methods.ts";

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<{ files: Uint8Array[]; tls: boolean; port: number }>) => void;
  postMessage(lines: string[]): void;
};

scope.onmessage = async (
  { data: { files: [rootCertificates, certificateChain, privateKey], tls, port } },
) => {
  const log = new FakeLog();
  const echo = textMethod("Echo");
  const routes = [route(echo, (text: string) => Promise.resolve(text))];
  const target = new Router<string>({ routes, guard: { admit: () => Promise.resolve("anyone") }, log });
  const server = await serveGrpc({
    ...{ address: `127.0.0.1:${port}`, target, methods: target.methods, log },
    ...{ maxMessageBytes: 1_000_000, budget: new ByteBudget(1_000_000) },
    tls: tls ? { rootCertificates, certificateChain, privateKey } : undefined,
  });
  const lines = ["serving"];
  for (const host of ["127.0.0.1", "localhost"]) {
    const transport = connectGrpc({
      address: `${host}:${port}`,
      tls: tls ? { rootCertificates } : "insecure",
    });
    lines.push(
      `${host}: ${await new RpcClient(transport).call(echo, "hello").catch((error) => error.message)}`,
    );
    transport.close();
  }
  await server.stop(1_000);
  scope.postMessage(lines);
};
