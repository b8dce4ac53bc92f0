"""Calls any maker's SuperLink or SuperNode and prints its answers, one JSON object a line.

Ids, times, tokens and object ids are replaced by names, so that the answers of two makers can be compared.
"""

import datetime
import hashlib
import hmac
import json
import re
import secrets
import sys
import time

import grpc
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import ConfigRecord, RecordDict
from flwr.app.message.message import make_message
from flwr.app.metadata import Metadata
from flwr.common.serde import message_to_proto
from flwr.proto import clientappio_pb2, control_pb2, fleet_pb2, serverappio_pb2
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree
from google.protobuf import message_factory
from google.protobuf.json_format import MessageToDict

FAB = open(sys.argv[1], "rb").read()
FAB_HASH = hashlib.sha256(FAB).hexdigest()
SECRET = open(sys.argv[2], "rb").read()
# A server of ours would hold polls; to others this header means nothing.
AT_ONCE = [("corolla-hold-ms", "0")]

FILES = {"Control": control_pb2, "ServerAppIo": serverappio_pb2, "Fleet": fleet_pb2, "ClientAppIo": clientappio_pb2}
# Each further argument says where a service is: NAME=ADDRESS.
SERVICES = {
    name: (address, FILES[name].DESCRIPTOR.services_by_name[name])
    for name, address in (word.split("=", 1) for word in sys.argv[3:])
}
# What is a set behind the wire comes in any order.
UNORDERED = ("objects_to_push", "nodes", "nodes_info", "messages_list", "message_object_trees")


class Names:
    """Stands for what differs from one SuperLink to another."""

    def __init__(self):
        self.known = {}

    def give(self, value, name):
        self.known[str(value)] = f"<{name}>"

    def text(self, text):
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", "<time>", text)
        text = re.sub(r"\b[0-9a-f]{256}\b", "<token>", text)
        text = re.sub(r"\b[0-9a-f]{64}\b", lambda found: self.known.get(found[0], "<object>"), text)
        return re.sub(r"\b\d{15,20}\b", lambda found: self.known.get(found[0], "<id>"), text)

    def value(self, value, key=""):
        if isinstance(value, dict):
            return {self.text(k): self.value(v, k) for k, v in value.items()}
        if isinstance(value, list):
            values = [self.value(item, key) for item in value]
            unordered = key in UNORDERED
            return sorted(values, key=json.dumps) if unordered else values
        if key in ("created_at", "latest_timestamp", "online_until"):
            return "<time>" if value else value
        if key in ("bytes_sent", "bytes_recv"):
            return "0" if value == "0" else "<some>"
        if key in ("object_content", "content"):
            return "<bytes>" if value and isinstance(value, str) else value
        if key == "public_key":
            return "<key>"
        if key == "ttl":
            return round(value, -1)
        if key == "clientapp_runtime":
            return round(value, 1)
        return self.text(value) if isinstance(value, str) else value


names = Names()
names.give(FAB_HASH, "FAB")
channels = {}


def channel(address):
    if address not in channels:
        channels[address] = grpc.insecure_channel(address)
    return channels[address]


def tell(step, method, answer):
    print(json.dumps({"step": step, "method": method, "answer": names.value(answer)}, sort_keys=True), flush=True)


def call(step, method, headers=(), **fields):
    """Makes a call and tells the answer; gives it when there is one."""
    api, name = method.split(".")
    address, service = SERVICES[api]
    found = service.methods_by_name.get(name)
    request_type = message_factory.GetMessageClass(found.input_type) if found else control_pb2.ListNodesRequest
    reply_type = message_factory.GetMessageClass(found.output_type) if found else control_pb2.ListNodesResponse
    request = request_type(**fields)
    path = f"/flwr.proto.{api}/{name}"
    streams = found is not None and found.server_streaming
    make = channel(address).unary_stream if streams else channel(address).unary_unary
    stub = make(path, request_type.SerializeToString, reply_type.FromString)
    metadata = list(headers(path, request) if callable(headers) else headers)
    if name in ("PullMessages", "PullPendingTasks"):
        metadata += AT_ONCE
    try:
        if streams:
            replies = list(stub(request, metadata=metadata, timeout=20))
            told = [MessageToDict(reply, preserving_proto_field_name=True) for reply in replies]
            tell(step, method, {"stream": told})
            return replies
        reply = stub(request, metadata=metadata, timeout=20)
        told = MessageToDict(reply, preserving_proto_field_name=True)
        tell(step, method, {"reply": told})
        return reply
    except grpc.RpcError as error:
        tell(step, method, {"status": error.code().name, "details": error.details()})
        return None


# ---------------------------------------------------------------------------------------------------- credentials


class Node:
    def __init__(self, name, curve=None):
        self.name = name
        self.key = ec.generate_private_key(curve or ec.SECP384R1())
        self.pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.id = 0

    def headers(self, stamp=None, signature=None, pem=None):
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp = stamp or now.isoformat()
        signature = signature or self.key.sign(stamp.encode(), ec.ECDSA(hashes.SHA256()))
        return [
            ("flwr-public-key-bin", pem or self.pem),
            ("flwr-timestamp", stamp),
            ("flwr-signature-bin", signature),
        ]

    def call(self, step, method, **fields):
        if method not in ("RegisterNode", "ActivateNode", "DeactivateNode", "UnregisterNode"):
            fields.setdefault("node", {"node_id": self.id})
        return call(step, f"Fleet.{method}", self.headers(), **fields)

    def join(self, interval=30):
        reply = self.call(f"{self.name} registers", "RegisterNode", public_key=self.pem)
        self.id = reply.node_id
        names.give(self.id, self.name)
        self.call(
            f"{self.name} activates", "ActivateNode", public_key=self.pem, heartbeat_interval=interval
        )


def superexec(nonce=None, age=0, body=None, secret=SECRET):
    def headers(path, request):
        stamp = str(int(time.time()) - age)
        word = nonce or secrets.token_hex(16)
        digest = body or hashlib.sha256(request.SerializeToString(deterministic=True)).hexdigest()
        key = hmac.new(secret, b"superexec-auth-v1", hashlib.sha256).digest()
        text = f"method={path}\nts={stamp}\nnonce={word}\nbody_sha256={digest}"
        return [
            ("flwr-superexec-ts", stamp),
            ("flwr-superexec-nonce", word),
            ("flwr-superexec-body-sha256", digest),
            ("flwr-superexec-signature", hmac.new(key, text.encode(), hashlib.sha256).hexdigest()),
        ]

    return headers


def version(name="flwr", number="1.32.1", component="SuperExec"):
    pairs = [
        ("flwr-package-name", name),
        ("flwr-package-version", number),
        ("flwr-component-name", component),
    ]
    return [pair for pair in pairs if pair[1] is not None]


class App:
    """The process of a task."""

    api = "ServerAppIo"

    def __init__(self, name, run_id, task_id, token):
        self.name, self.run_id, self.task_id, self.token = name, run_id, task_id, token

    def call(self, step, method, **fields):
        return call(f"{self.name}: {step}", f"{self.api}.{method}", [("flwr-task-token", self.token)], **fields)

    def push(self, step, *messages, upload=True, **others):
        reply = self.call(
            step,
            "PushMessages",
            messages_list=[proto(message) for message in messages],
            message_object_trees=others.get("trees", [get_object_tree(message) for message in messages]),
        )
        if reply and upload:
            missing = set(reply.objects_to_push)
            for message in messages:
                for object_id in get_all_nested_objects(message):
                    if object_id in missing:
                        self.push_object(f"{step}, {{}}", message, object_id)
        return reply

    def push_object(self, step, message, object_id):
        objects = get_all_nested_objects(message)
        content = objects[object_id].deflate()
        kind = type(objects[object_id]).__name__
        self.call(
            step.format(kind), "PushObject", node={"node_id": 1}, run_id=self.run_id, object_id=object_id,
            object_content=content,
        )

    def pull(self, step, *ids):
        return self.call(step, "PullMessages", message_ids=ids)


def claim(name, run_id):
    """Claims the primary task of a run."""
    pending = call(f"{name}: what waits", "ServerAppIo.PullPendingTasks", superexec())
    task = next(task for task in pending.tasks if task.run_id == run_id)
    names.give(task.task_id, f"task of {name}")
    claimed = call(f"{name}: claim", "ServerAppIo.ClaimTask", superexec(), task_id=task.task_id)
    return App(name, run_id, task.task_id, claimed.token)


def start(name, **fields):
    reply = call(f"{name}: start", "Control.StartRun", fab={"content": FAB}, **fields)
    names.give(reply.run_id, f"run {name}")
    names.give(reply.series_id, f"series of {name}")
    return reply


# ------------------------------------------------------------------------------------------------------- messages


def message(run_id, src, dst, text="hello", reply_to="", ttl=3600.0, created_at=None, error=None, **others):
    metadata = Metadata(
        run_id=run_id,
        message_id="",
        src_node_id=src,
        dst_node_id=dst,
        reply_to_message_id=reply_to,
        group_id="1",
        created_at=created_at or time.time(),
        ttl=ttl,
        message_type=others.get("message_type", "train"),
        src_task_id=others.get("src_task_id"),
        dst_task_id=others.get("dst_task_id"),
    )
    content = None if error else RecordDict({"config": ConfigRecord({"text": text})})
    made = make_message(metadata=metadata, content=content, error=error)
    made.metadata.__dict__["_message_id"] = made.object_id
    for object_id, part in get_all_nested_objects(made).items():
        names.give(object_id, f"{type(part).__name__} {text}")
    return made


def proto(made, **metadata):
    """The message as it is announced: without its content."""
    announced = message_to_proto(made)
    if made.has_content():
        announced.content.Clear()
        announced.content.SetInParent()
    for key, value in metadata.items():
        setattr(announced.metadata, key, value)
    return announced


def answer_to(node, instruction, text="done", **others):
    created_at = time.time()
    metadata = instruction.metadata
    left = metadata.created_at + metadata.ttl - created_at
    others.setdefault("ttl", left)
    return message(
        metadata.run_id, node.id, 1, text, reply_to=metadata.message_id, created_at=created_at, **others
    )


def push_reply(node, step, reply, upload=True, runtime=1.5):
    pushed = node.call(
        step,
        "PushMessages",
        messages_list=[proto(reply)],
        message_object_trees=[get_object_tree(reply)],
        clientapp_runtime_list=[runtime],
    )
    objects = get_all_nested_objects(reply)
    missing = set(pushed.objects_to_push) if upload and pushed else ()
    for object_id in objects:
        if object_id in missing:
            kind = type(objects[object_id]).__name__
            node.call(
                f"{step}, {kind}", "PushObject", run_id=reply.metadata.run_id, object_id=object_id,
                object_content=objects[object_id].deflate(),
            )
    return pushed


def receive(node, step, instruction):
    """Pulls every object of a message and confirms it."""
    for object_id in get_all_nested_objects(instruction):
        kind = type(get_all_nested_objects(instruction)[object_id]).__name__
        node.call(f"{step}, {kind}", "PullObject", run_id=instruction.metadata.run_id, object_id=object_id)
    node.call(
        f"{step}, confirmed", "ConfirmMessageReceived", run_id=instruction.metadata.run_id,
        message_object_id=instruction.object_id,
    )
