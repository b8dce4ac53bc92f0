import { assertEquals } from "@std/assert";
import { Daemon } from "../fakes/daemon.ts";
import { peerFolder } from "./harness.ts";

/* The health listener, asked with the client that the official programs come with. */

const CLIENT = `
import sys
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

stub = health_pb2_grpc.HealthStub(grpc.insecure_channel(sys.argv[1]))
name = health_pb2.HealthCheckResponse.ServingStatus.Name

def check(service):
    try:
        reply = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=30)
        print("check", service or "all", name(reply.status), flush=True)
    except grpc.RpcError as error:
        print("check", service, error.code().name, flush=True)

served = False
try:
    for reply in stub.Watch(health_pb2.HealthCheckRequest(), timeout=60):
        serving = name(reply.status) == "SERVING"
        # It may still be starting.
        if not serving and not served:
            continue
        print("watch", name(reply.status), flush=True)
        if serving:
            served = True
            for service in sys.argv[2:]:
                check(service)
except grpc.RpcError as error:
    print("watch", error.code().name, flush=True)
`;

Deno.test("Python's health client hears how a SuperLink is, until it is gone", async () => {
  const home = await Deno.makeTempDir();
  const ports = ["fleet", "control", "serverappio"].flatMap((api) => [`--${api}-api-address`, "127.0.0.1:0"]);
  const superlink = new Daemon(
    ["superlink", "--insecure", ...ports, "--health-server-address", "127.0.0.1:0"],
    { env: { FLWR_HOME: home, PATH: "" } },
  );
  const [, address] = await superlink.says(/Starting gRPC health server on (\S+)\n/);
  const client = new Deno.Command(`${peerFolder()}/python`, {
    args: ["-c", CLIENT, address, "", "flwr.proto.Fleet", "flwr.proto.Nothing"],
    stdout: "piped",
  }).spawn();
  let said = "";
  let asked = false;
  for await (const text of client.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (asked || !said.includes("NOT_FOUND\n")) continue;
    asked = true;
    superlink.end();
  }
  await client.status;
  assertEquals(await superlink.ended(), 0);
  assertEquals(said.trim().split("\n"), [
    "watch SERVING",
    "check all SERVING",
    "check flwr.proto.Fleet SERVING",
    "check flwr.proto.Nothing NOT_FOUND",
    "watch NOT_SERVING",
    "watch UNAVAILABLE",
  ]);
  await Deno.remove(home, { recursive: true });
});
