"""The other end of tests/interop/grpcio_test.ts: grpcio as a client or as a server, one line of JSON per answer."""

import json
import sys
import threading
from concurrent import futures

import grpc

LARGE = 6_000_000
OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


def say(value):
    print(json.dumps(value), flush=True)


def call(address, ca):
    """Calls each method of a door."""
    if ca:
        with open(ca, "rb") as file:
            credentials = grpc.ssl_channel_credentials(file.read())
        channel = grpc.secure_channel(address, credentials, OPTIONS)
    else:
        channel = grpc.insecure_channel(address, OPTIONS)

    def unary(name, request, **kwargs):
        return channel.unary_unary(f"/test.Service/{name}").with_call(request, **kwargs)

    def refused(name, request, **kwargs):
        try:
            unary(name, request, **kwargs)
        except grpc.RpcError as error:
            return [error.code().name, error.details()]

    metadata = (("x", "1"), ("x-bin", b"\x00\xff"))
    reply, done = unary("Echo", "hällo".encode(), metadata=metadata)
    headers = dict(done.initial_metadata())
    say([reply.decode(), headers["x-got"], list(headers["x-got-bin"])])
    say([int(message) for message in channel.unary_stream("/test.Service/Count")(b"30")])
    say(int(unary("Measure", bytes(LARGE))[0]))
    say(len(unary("Produce", str(LARGE).encode())[0]))
    say(refused("Refuse", "nö 100 %".encode()))
    say(refused("Nope", b""))
    say(refused("Held", b"", timeout=0.1))
    channel.close()


class Answers(grpc.GenericRpcHandler):
    """The same methods, served."""

    def service(self, details):
        name = details.method.rsplit("/", 1)[1]
        if name == "Count":
            return grpc.unary_stream_rpc_method_handler(self.count)
        method = getattr(self, name.lower(), None)
        return method and grpc.unary_unary_rpc_method_handler(method)

    def echo(self, request, context):
        got = dict(context.invocation_metadata())
        context.send_initial_metadata((("x-got", got.get("x", "")), ("x-got-bin", got.get("x-bin", b""))))
        return request

    def count(self, request, context):
        for number in range(1, int(request) + 1):
            yield str(number).encode()

    def produce(self, request, context):
        return bytes(int(request))

    def refuse(self, request, context):
        context.abort(grpc.StatusCode.NOT_FOUND, request.decode())

    def held(self, request, context):
        over = threading.Event()
        context.add_callback(over.set)
        over.wait()
        return b""


def serve(pair):
    server = grpc.server(futures.ThreadPoolExecutor(4), [Answers()], options=OPTIONS)
    if pair:
        chain, key = (open(path, "rb").read() for path in pair)
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, chain)]))
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    say(port)
    sys.stdin.read()
    server.stop(None).wait()


if sys.argv[1] == "call":
    call(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
else:
    serve(sys.argv[2:])
