"""The calls that are made to a SuperNode. Usage: supernode.py FAB SECRET Control=… ServerAppIo=… ClientAppIo=…

A ServerApp of ours gives the node its messages; what the SuperLink answers is not told.
"""

import contextlib
import io
import time

from flwr.app import Error
from flwr.common.serde import message_to_proto
from flwr.proto import clientappio_pb2
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree
from google.protobuf.json_format import MessageToDict
from peer import FAB_HASH, App, call, claim, message, names, proto, start, superexec, tell, version

UNKNOWN = 77
NODE = {"node_id": 0}


@contextlib.contextmanager
def untold():
    with contextlib.redirect_stdout(io.StringIO()):
        yield


class ClientApp(App):
    """The process of a ClientApp."""

    api = "ClientAppIo"

    def about(self, **fields):
        return {"node": NODE, "run_id": self.run_id, **fields}

    def receive(self, made):
        for object_id, part in get_all_nested_objects(made).items():
            self.call(f"pulls {type(part).__name__}", "PullObject", **self.about(object_id=object_id))
        self.call("confirms", "ConfirmMessageReceived", **self.about(message_object_id=made.object_id))

    def reply(self, step, made, upload=True):
        reply = self.call(
            step, "PushMessages", messages_list=[proto(made)], message_object_trees=[get_object_tree(made)]
        )
        missing = set(reply.objects_to_push) if reply and upload else ()
        for object_id, part in get_all_nested_objects(made).items():
            if object_id in missing:
                content = part.deflate()
                self.call(
                    f"{step}, {type(part).__name__}", "PushObject",
                    **self.about(object_id=object_id, object_content=content),
                )


def credentials():
    pending = "ClientAppIo.PullPendingTasks"
    call("no secret", pending)
    call("another secret", pending, superexec(secret=b"other"))
    call("a secret of long ago", pending, superexec(age=400))
    call("a nonce", pending, superexec(nonce="0123456789abcdef" * 2))
    call("the nonce again", pending, superexec(nonce="0123456789abcdef" * 2))
    call("an unknown run", "ClientAppIo.GetRun", superexec(), run_id=UNKNOWN)
    call("an unknown task is claimed", "ClientAppIo.ClaimTask", superexec(), task_id=UNKNOWN)
    for text, headers in (
        ("the next release", version(number="1.33.0")),
        ("no version", version(number=None)),
        ("another package", version(name="flower-ts")),
    ):
        signed = superexec()
        call(f"pending tasks for {text}", pending,
             lambda path, request, headers=headers: signed(path, request) + headers)
    token = ("flwr-task-token", "ab" * 128)
    for method in clientappio_pb2.DESCRIPTOR.services_by_name["ClientAppIo"].methods_by_name:
        if method not in ("PullPendingTasks", "ClaimTask", "GetRun"):
            call(f"{method} without a token", f"ClientAppIo.{method}")
            call(f"{method} with a wrong token", f"ClientAppIo.{method}", [token])
    call("a method that nobody knows", "ClientAppIo.Nope", superexec())


def next_app(name):
    """Waits for the task of the next message and claims it."""
    deadline = time.time() + 30
    while time.time() < deadline:
        with untold():
            pending = call("what waits", "ClientAppIo.PullPendingTasks", superexec())
        if pending.tasks:
            break
        time.sleep(0.1)
    # Of a node of ours the task is there before the objects are.
    time.sleep(0.5)
    pending = call(f"{name}: what waits", "ClientAppIo.PullPendingTasks", superexec())
    task = pending.tasks[0]
    names.give(task.task_id, f"task of {name}")
    claimed = call(f"{name}: claim", "ClientAppIo.ClaimTask", superexec(), task_id=task.task_id)
    return ClientApp(name, task.run_id, task.task_id, claimed.token)


def answer(instruction, text="done", **others):
    now = time.time()
    metadata = instruction.metadata
    others.setdefault("ttl", metadata.created_at + metadata.ttl - now)
    return message(
        others.pop("run_id", metadata.run_id), NODE["node_id"], 1, text,
        reply_to=others.pop("reply_to", metadata.message_id), created_at=now, **others,
    )


def one_message(server):
    made = message(server.run_id, 1, NODE["node_id"], "one")
    with untold():
        server.push("one", made)
    app = next_app("one")
    call("one: claimed again", "ClientAppIo.ClaimTask", superexec(), task_id=app.task_id)
    call("one: its run", "ClientAppIo.GetRun", superexec(), run_id=app.run_id)
    app.call("completed before it began", "PushTaskOutput", sub_status="completed")
    app.call("heartbeat", "SendTaskHeartbeat")
    context = app.call("input", "PullTaskInput").context
    app.call("input again", "PullTaskInput")
    app.call("nodes", "GetNodes")
    app.call("pulls an unknown object", "PullObject", **app.about(object_id="0" * 64))
    app.call("pushes an unknown object", "PushObject", **app.about(object_id="0" * 64, object_content=b"x"))
    app.call("confirms an unknown message", "ConfirmMessageReceived", **app.about(message_object_id="0" * 64))
    app.call("its message", "PullMessages")
    app.call("its message again", "PullMessages")
    app.receive(made)
    app.call("pulls an object again", "PullObject", **app.about(object_id=made.object_id))
    app.call("pushes no message", "PushMessages")
    good = answer(made)
    tree = get_object_tree(good)
    app.call("pushes two messages", "PushMessages", messages_list=[proto(good)] * 2, message_object_trees=[tree] * 2)
    app.call("pushes a message without a tree", "PushMessages", messages_list=[proto(good)])
    app.reply("replies", good)
    content = get_all_nested_objects(good)[good.object_id].deflate()
    app.call("pushes an object again", "PushObject", **app.about(object_id=good.object_id, object_content=content))
    tasks(app)
    app.call("logs", "PushLogs", logs=["a line\n"])
    app.call("events", "PushTaskEvents", events=[{"event": "e", "data": "{}"}])
    app.call("an event that is none", "PushTaskEvents", events=[{"event": "e", "data": "no json"}])
    app.call("an ending that nobody knows", "PushTaskOutput", sub_status="happy")
    app.call("heartbeat after all", "SendTaskHeartbeat")
    app.call("ends", "PushTaskOutput", sub_status="completed", context=context)
    app.call("is over", "SendTaskHeartbeat")
    call("one: nothing waits", "ClientAppIo.PullPendingTasks", superexec())
    the_reply(server, made)


def tasks(app):
    for step, fields in (
        ("no type", {}),
        ("an unknown type", {"type": "flwr-x"}),
        ("an app without its archive", {"type": "flwr-clientapp"}),
        ("a model without its name", {"type": "flwr-model"}),
        ("a connector without its name", {"type": "flwr-connector"}),
    ):
        app.call(f"asks for {step}", "CreateTask", **fields)
    said = message_to_proto(
        message(app.run_id, 1, 1, "hi", message_type="query", src_task_id=app.task_id, dst_task_id=UNKNOWN)
    )
    app.call("says something to nobody", "PushTaskMessage", message=said)
    said.metadata.src_task_id = UNKNOWN
    app.call("says something in another's name", "PushTaskMessage", message=said)
    app.call("hears nothing", "PullTaskMessage")


def the_reply(server, made):
    """Waits for the reply to a message and tells it."""
    deadline = time.time() + 20
    while time.time() < deadline:
        with untold():
            pulled = server.pull("the reply", made.object_id)
        if pulled.messages_list:
            break
        time.sleep(0.2)
    text = made.content["config"]["text"]
    tell(f"the reply to {text}", "ServerAppIo.PullMessages", MessageToDict(pulled, preserving_proto_field_name=True))


def failures(server):
    for ending in ("failed", "stopped"):
        made = message(server.run_id, 1, NODE["node_id"], ending)
        with untold():
            server.push(ending, made)
        app = next_app(ending)
        app.call("input", "PullTaskInput")
        app.call("its message", "PullMessages")
        app.receive(made)
        app.reply("replies", answer(made, f"error of {ending}", error=Error(2, "no")))
        app.call("ends", "PushTaskOutput", sub_status=ending, details="so it is")
        the_reply(server, made)


def main():
    credentials()
    with untold():
        run = start("run")
        server = claim("server", run.run_id)
        server.call("input", "PullTaskInput")
        deadline = time.time() + 30
        while not NODE["node_id"] and time.time() < deadline:
            nodes = server.call("nodes", "GetNodes").nodes
            NODE["node_id"] = nodes[0].node_id if nodes else 0
            time.sleep(0.1)
    names.give(NODE["node_id"], "node")
    names.give(FAB_HASH, "FAB")
    one_message(server)
    failures(server)
    with untold():
        server.call("ends", "PushTaskOutput", sub_status="completed")


main()
