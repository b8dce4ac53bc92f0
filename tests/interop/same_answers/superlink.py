"""The calls that are made to a SuperLink. Usage: superlink.py FAB SECRET Control=… ServerAppIo=… Fleet=…"""

import datetime
import hashlib
import time

from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import Error
from flwr.common.serde import message_to_proto
from flwr.proto import serverappio_pb2
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree
from peer import (
    FAB,
    FAB_HASH,
    App,
    Node,
    answer_to,
    call,
    claim,
    message,
    names,
    proto,
    push_reply,
    receive,
    start,
    superexec,
    version,
)

UNKNOWN = 77
FEDERATION = "@none/default"


def control_of_nothing():
    call("login details", "Control.GetLoginDetails")
    call("tokens", "Control.GetAuthTokens", device_code="x")
    call("no runs", "Control.ListRuns")
    call("an unknown run", "Control.ListRuns", run_id=UNKNOWN)
    call("no nodes", "Control.ListNodes")
    call("an unknown run is stopped", "Control.StopRun", run_id=UNKNOWN)
    call("logs of an unknown run", "Control.StreamLogs", run_id=UNKNOWN)
    call("events of an unknown run", "Control.StreamRunEvents", run_id=UNKNOWN)
    call("artifacts of an unknown run", "Control.PullArtifacts", run_id=UNKNOWN)
    call("no series", "Control.ListRunSeries")
    call("series of an unknown federation", "Control.ListRunSeries", federation_id="@none/other")
    call("an unknown series", "Control.GetRunSeries", series_id=UNKNOWN)
    call("a method that nobody knows", "Control.Nope")


def federations(node):
    call("federations", "Control.ListFederations")
    call("the federation", "Control.ShowFederation", federation_name=FEDERATION)
    call("another federation", "Control.ShowFederation", federation_name="@none/other")
    call("a federation without a name", "Control.ShowFederation")
    for name in ("", "1a", "a" * 33, "a_b", "-a", "a b", "ä", "good", "@none/good"):
        call(f"create federation '{name}'", "Control.CreateFederation", federation_name=name)
    for name in ("", FEDERATION, "@none/other"):
        of = f"'{name}'"
        call(f"archive federation {of}", "Control.ArchiveFederation", federation_name=name)
        call(f"remove account from {of}", "Control.RemoveAccountFromFederation", federation_name=name)
        call(f"invite into {of}", "Control.CreateInvitation", federation_name=name, invitee_account_name="a")
        call(f"accept invitation into {of}", "Control.AcceptInvitation", federation_name=name)
        call(f"reject invitation into {of}", "Control.RejectInvitation", federation_name=name)
        call(f"revoke invitation into {of}", "Control.RevokeInvitation", federation_name=name)
        call(f"configure simulation of {of}", "Control.ConfigureSimulationFederation", federation_name=name)
        for whose, node_id in (("an own", node.id), ("an unknown", UNKNOWN)):
            call(f"add {whose} node to {of}", "Control.AddNodeToFederation", federation_name=name, node_id=node_id)
            call(
                f"remove {whose} node from {of}", "Control.RemoveNodeFromFederation", federation_name=name,
                node_id=node_id,
            )
    call("invitations", "Control.ListInvitations")


def node_keys():
    key = Node("unused")
    call("register what is no key", "Control.RegisterNode", public_key=b"no key")
    call("register nothing", "Control.RegisterNode")
    reply = call("register a key", "Control.RegisterNode", public_key=key.pem)
    names.give(reply.node_id, "registered")
    call("register it again", "Control.RegisterNode", public_key=key.pem)
    for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1, ec.SECP256K1, ec.BrainpoolP256R1):
        other = Node("other", curve())
        call(f"register a {curve.name} key", "Control.RegisterNode", public_key=other.pem)
    call("nodes that were never there", "Control.ListNodes")
    call("unregister an unknown node", "Control.UnregisterNode", node_id=UNKNOWN)
    call("unregister a node", "Control.UnregisterNode", node_id=reply.node_id)
    call("unregister it again", "Control.UnregisterNode", node_id=reply.node_id)
    call("register its key again", "Control.RegisterNode", public_key=key.pem)
    call("it may not come", "Fleet.ActivateNode", key.headers(), public_key=key.pem, heartbeat_interval=30)


def versions():
    for text, headers in (
        ("the same release", version()),
        ("a patch release", version(number="1.32.9")),
        ("a nightly", version(name="flwr-nightly", number="1.32.0.dev20260101")),
        ("a pre-release", version(number="1.32.0rc1")),
        ("the next release", version(number="1.33.0")),
        ("an old release", version(number="0.9.0", component="flwr-serverapp")),
        ("no version", version(number=None)),
        ("no name", version(name=None)),
        ("an empty component", version(component="")),
        ("two versions", version() + [("flwr-package-version", "1.32.1")]),
        ("another package", version(name="flower-ts")),
        ("no number", version(number="latest")),
    ):
        signed = superexec()
        call(
            f"pending tasks for {text}", "ServerAppIo.PullPendingTasks",
            lambda path, request, headers=headers: signed(path, request) + headers,
        )
        call(f"nodes for {text}", "Control.ListNodes", headers)
        call(f"a heartbeat from {text}", "Fleet.SendNodeHeartbeat", headers)


def fleet_credentials(node, other):
    def beat(step, headers, **fields):
        fields.setdefault("node", {"node_id": node.id})
        call(step, "Fleet.SendNodeHeartbeat", headers, heartbeat_interval=30, **fields)

    good = node.headers()
    for index, what in enumerate(("key", "timestamp", "signature")):
        beat(f"a heartbeat without {what}", good[:index] + good[index + 1:])
    beat("a heartbeat with another's signature", node.headers(signature=dict(other.headers())["flwr-signature-bin"]))
    for age in (400, 306, 300, -4, -30):
        moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=age)
        beat(f"a heartbeat of {age} s ago", node.headers(stamp=moment.isoformat()))
    beat("a heartbeat of another node", node.headers(), node={"node_id": other.id})
    beat("a heartbeat of no node", node.headers(), node={"node_id": 0})
    beat("a heartbeat of an unknown key", Node("stranger").headers())
    beat("a heartbeat without a time zone", node.headers(stamp=datetime.datetime.now().isoformat()))
    beat("a heartbeat at no time", node.headers(stamp="now"))
    beat("a heartbeat with a key that is none", node.headers(pem=b"no key"))
    call("a method of Fleet that nobody knows", "Fleet.Nope", node.headers())


def fleet_nodes(node, other):
    stranger = Node("stranger")
    register = "RegisterNode"
    node.call("a known key registers", register, public_key=node.pem)
    stranger.call("a stranger activates", "ActivateNode", public_key=stranger.pem, heartbeat_interval=30)
    small = Node("small", ec.SECP256R1())
    reply = small.call("a P-256 key registers", register, public_key=small.pem)
    small.id = reply.node_id
    names.give(small.id, "small")
    call("it is registered", "Control.ListNodes")
    for interval in (0, 9.99, 1800.01, -1):
        small.call(f"it activates with interval {interval}", "ActivateNode", public_key=small.pem,
                   heartbeat_interval=interval)
    small.call("it was never there", "DeactivateNode", node_id=small.id)
    small.call("it pulls without having activated", "PullMessages")
    for interval in (10, 1800):
        small.call(f"it beats with interval {interval}", "SendNodeHeartbeat", heartbeat_interval=interval)
    for interval in (9, 1801):
        small.call(f"it beats with interval {interval}", "SendNodeHeartbeat", heartbeat_interval=interval)
    call("it is online", "Control.ListNodes")
    small.call("it activates while it is online", "ActivateNode", public_key=small.pem, heartbeat_interval=30)
    small.call("it goes offline", "DeactivateNode", node_id=small.id)
    small.call("it goes offline again", "DeactivateNode", node_id=small.id)
    call("it is offline", "Control.ListNodes")
    small.call("it is back", "ActivateNode", public_key=small.pem, heartbeat_interval=30)
    small.call("it names another node", "DeactivateNode", node_id=other.id)
    small.call("it unregisters while it is online", "UnregisterNode", node_id=small.id)
    small.call("it unregisters again", "UnregisterNode", node_id=small.id)
    small.call("it beats when it is gone", "SendNodeHeartbeat", heartbeat_interval=30)
    small.call("it registers again", register, public_key=small.pem)
    small.call("it activates when it is gone", "ActivateNode", public_key=small.pem, heartbeat_interval=30)
    call("it is gone", "Control.ListNodes")


def start_run_refusals():
    def begin(step, **fields):
        return call(f"start: {step}", "Control.StartRun", **fields)

    begin("nothing")
    begin("no zip", fab={"content": b"no zip"})
    begin("more than 10 MiB", fab={"content": b"x" * 10_485_761})
    begin("unknown federation", fab={"content": FAB}, federation="@none/other")
    begin("unknown setting", fab={"content": FAB}, override_config={"nope": {"sint64": 1}})
    begin("unknown series", fab={"content": FAB}, series_id=UNKNOWN)
    for spec in ("x", "@a/b==1", "@a", "a/b"):
        begin(f"app {spec}", app_spec=spec)


def superexec_credentials():
    pending = "ServerAppIo.PullPendingTasks"
    call("no secret", pending)
    call("another secret", pending, superexec(secret=b"other"))
    call("a body that is another's", pending, superexec(body="0" * 64))
    for age in (400, 300, -4, -30):
        call(f"a secret of {age} s ago", pending, superexec(age=age))
    call("a nonce", pending, superexec(nonce="0123456789abcdef" * 2))
    call("the nonce again", pending, superexec(nonce="0123456789abcdef" * 2))
    call("the nonce for another method", "ServerAppIo.GetRun", superexec(nonce="0123456789abcdef" * 2), run_id=1)
    call("an unknown run for a SuperExec", "ServerAppIo.GetRun", superexec(), run_id=UNKNOWN)
    call("an unknown task is claimed", "ServerAppIo.ClaimTask", superexec(), task_id=UNKNOWN)
    call("a claim without a secret", "ServerAppIo.ClaimTask", task_id=UNKNOWN)
    call("a run without a secret", "ServerAppIo.GetRun", run_id=UNKNOWN)
    call("a method of ServerAppIo that nobody knows", "ServerAppIo.Nope", superexec())
    token = ("flwr-task-token", "ab" * 128)
    for method in serverappio_pb2.DESCRIPTOR.services_by_name["ServerAppIo"].methods_by_name:
        if method not in ("PullPendingTasks", "ClaimTask", "GetRun"):
            call(f"{method} without a token", f"ServerAppIo.{method}")
            call(f"{method} with a wrong token", f"ServerAppIo.{method}", [token])


def gate_of_a_run(node, run_id, state):
    about = {"run_id": run_id}
    object_id = "0" * 64
    node.call(f"GetRun of a run that {state}", "GetRun", **about)
    node.call(f"GetFab of a run that {state}", "GetFab", hash_str=FAB_HASH, **about)
    node.call(f"PullObject of a run that {state}", "PullObject", object_id=object_id, **about)
    node.call(
        f"PushObject of a run that {state}", "PushObject", object_id=object_id, object_content=b"x", **about
    )
    node.call(
        f"Confirm in a run that {state}", "ConfirmMessageReceived", message_object_id=object_id, **about
    )


def a_run(node, other):
    gate_of_a_run(node, UNKNOWN, "is unknown")
    first = start("first")
    gate_of_a_run(node, first.run_id, "is pending")
    call("first: pending", "Control.ListRuns", run_id=first.run_id)
    app = claim("first", first.run_id)
    call("first: claimed again", "ServerAppIo.ClaimTask", superexec(), task_id=app.task_id)
    gate_of_a_run(node, first.run_id, "is starting")
    app.call("completed before it began", "PushTaskOutput", sub_status="completed")
    app.call("heartbeat before its input", "SendTaskHeartbeat")
    app.call("input", "PullTaskInput")
    app.call("input again", "PullTaskInput")
    app.call("heartbeat", "SendTaskHeartbeat")
    call("first: running", "Control.ListRuns", run_id=first.run_id)
    call("first: as a SuperExec sees it", "ServerAppIo.GetRun", superexec(), run_id=first.run_id)
    call(
        "two tokens", "ServerAppIo.SendTaskHeartbeat",
        [("flwr-task-token", app.token), ("flwr-task-token", app.token)],
    )
    node.call("GetRun of a run that runs", "GetRun", run_id=first.run_id)
    node.call("GetFab with another hash", "GetFab", run_id=first.run_id, hash_str="x")
    fab = node.call("GetFab", "GetFab", run_id=first.run_id, hash_str=FAB_HASH)
    assert fab.fab.content == FAB
    app.call("nodes", "GetNodes")
    objects(app, node, other)
    pushes(app, node)
    exchange(app, node, other)
    tasks(app)
    reports(app)
    return app


def objects(app, node, other):
    at = {"node": {"node_id": 1}, "run_id": app.run_id}
    app.call("pull an unknown object", "PullObject", object_id="0" * 64, **at)
    app.call("push an unknown object", "PushObject", object_id="0" * 64, object_content=b"x", **at)
    app.call("confirm an unknown message", "ConfirmMessageReceived", message_object_id="0" * 64, **at)
    elsewhere = {"node": {"node_id": node.id}, "run_id": app.run_id}
    app.call("pull as another node", "PullObject", object_id="0" * 64, **elsewhere)
    app.call("push as another node", "PushObject", object_id="0" * 64, object_content=b"x", **elsewhere)
    app.call("confirm as another node", "ConfirmMessageReceived", message_object_id="0" * 64, **elsewhere)
    broken(app, other)
    odd = message(app.run_id, 1, node.id, "odd")
    app.push("announce a message", odd, upload=False)
    app.call("pull an announced object", "PullObject", object_id=odd.object_id, **at)
    node.call("its node pulls an announced object", "PullObject", run_id=app.run_id, object_id=odd.object_id)
    app.call("push other bytes", "PushObject", object_id=odd.object_id, object_content=b"x", **at)
    node.call("a message whose objects are coming", "PullMessages")
    app.push("announce it again", odd, upload=True)
    app.push("announce it when it is there", odd, upload=False)
    app.call("push an object again", "PushObject", object_id=odd.object_id,
             object_content=get_all_nested_objects(odd)[odd.object_id].deflate(), **at)
    node.call("the node gets it", "PullMessages")
    receive(node, "the node receives it", odd)
    node.call("it pulls an object again", "PullObject", run_id=app.run_id, object_id=odd.object_id)
    node.call("it confirms again", "ConfirmMessageReceived", run_id=app.run_id, message_object_id=odd.object_id)
    push_reply(node, "the node replies", answer_to(node, odd))
    replied = app.pull("the reply", odd.object_id)
    reply_id = replied.messages_list[0].metadata.message_id
    app.call("the reply's object", "PullObject", object_id=reply_id, **at)
    app.call("the reply is confirmed", "ConfirmMessageReceived", message_object_id=reply_id, **at)
    app.call("the reply's object is gone", "PullObject", object_id=reply_id, **at)
    app.pull("the reply again", odd.object_id)


def broken(app, other):
    """Bytes that are what they were announced as, and no object."""
    heads = [b"Foo  3", b"ConfigRecord  4", b"ConfigRecord x 3", b"ConfigRecord  "]
    contents = [b"", b"no object", *(head + b"\x00abc" for head in heads)]
    made = message(app.run_id, 1, other.id, "broken")
    tree = get_object_tree(made)
    for content in contents:
        names.give(hashlib.sha256(content).hexdigest(), f"object {content}")
        tree.children.add(object_id=hashlib.sha256(content).hexdigest())
    app.push("announce what is broken", made, upload=False, trees=[tree])
    for content in contents:
        app.call(f"push {content}", "PushObject", node={"node_id": 1}, run_id=app.run_id,
                 object_id=hashlib.sha256(content).hexdigest(), object_content=content)


def pushes(app, node):
    good = message(app.run_id, 1, node.id, "good")
    tree = get_object_tree(good)

    def push(step, announced, trees=(tree,)):
        app.call(step, "PushMessages", messages_list=[announced], message_object_trees=list(trees))

    app.call("push nothing", "PushMessages")
    push("push without a tree", proto(good), trees=())
    push("push without an id", proto(good, message_id=""))
    push("push from another node", proto(good, src_node_id=node.id))
    push("push to no node", proto(good, dst_node_id=0))
    push("push to the SuperLink", proto(good, dst_node_id=1))
    push("push without a type", proto(good, message_type=""))
    push("push a reply", proto(good, reply_to_message_id="x"))
    push("push for no time", proto(good, ttl=0))
    push("push from the past", proto(good, created_at=1_700_000_000.0))
    push("push for another run", proto(good, run_id=UNKNOWN))
    nothing = proto(good)
    nothing.ClearField("content")
    push("push neither content nor error", nothing)
    both = proto(good)
    both.error.code = 1
    push("push content and error", both)
    stale = message(app.run_id, 1, node.id, "stale", ttl=5.0, created_at=time.time() - 6)
    push("push what has expired", proto(stale), [get_object_tree(stale)])
    app.push("push to an unknown node", message(app.run_id, 1, UNKNOWN, "nowhere"), upload=False)
    offline, gone, new = Node("offline"), Node("gone"), Node("new")
    offline.join()
    offline.call("offline leaves", "DeactivateNode", node_id=offline.id)
    gone.join()
    gone.call("gone leaves", "DeactivateNode", node_id=gone.id)
    gone.call("gone leaves for ever", "UnregisterNode", node_id=gone.id)
    new.id = new.call("new registers", "RegisterNode", public_key=new.pem).node_id
    names.give(new.id, "new")
    for target in (offline, gone, new):
        app.push(f"push to {target.name}", message(app.run_id, 1, target.id, target.name), upload=False)
    waits = message(app.run_id, 1, offline.id, "waits")
    app.push("push to one that is offline", waits)
    app.pull("nothing comes of it", waits.object_id)
    app.pull("and it is forgotten", waits.object_id)


def exchange(app, node, other):
    app.pull("an unknown reply and one without an id", "0" * 64, "")
    app.pull("no reply")
    one = message(app.run_id, 1, node.id, "one")
    app.push("one", one)
    app.pull("no reply to one yet", one.object_id)
    node.call("node gets one", "PullMessages")
    receive(node, "node receives one", one)
    push_reply(other, "another replies to one", answer_to(other, one), upload=False, runtime=0.0)
    late = answer_to(node, one, ttl=3700.0)
    push_reply(node, "a reply that lives too long", late, upload=False, runtime=0.0)
    push_reply(node, "a reply for no time", answer_to(node, one, ttl=-1.0), upload=False, runtime=0.0)
    strange = message(app.run_id, node.id, 1, "strange", reply_to="f" * 64)
    push_reply(node, "a reply to nothing", strange, upload=False, runtime=0.0)
    node.call("no message", "PushMessages")
    first = answer_to(node, one, "first")
    push_reply(node, "a reply to one", first)
    push_reply(node, "the same reply", first, upload=False, runtime=0.0)
    push_reply(node, "another reply", answer_to(node, one, "second"), upload=False, runtime=0.0)
    app.pull("the reply to one", one.object_id)
    failed = message(app.run_id, 1, node.id, "failed")
    app.push("failed", failed)
    node.call("node gets failed", "PullMessages")
    receive(node, "node receives failed", failed)
    push_reply(node, "node fails", answer_to(node, failed, error=Error(2, "no")))
    app.pull("the failure", failed.object_id)
    # Long enough for the calls until it is received, on a machine that is slow.
    short = message(app.run_id, 1, node.id, "short", ttl=4.0)
    app.push("short", short)
    brief = message(app.run_id, 1, node.id, "brief", ttl=100.0)
    app.push("brief", brief)
    node.call("node gets short", "PullMessages")
    receive(node, "node receives short", short)
    node.call("node gets brief", "PullMessages")
    receive(node, "node receives brief", brief)
    push_reply(node, "a reply with a short life", answer_to(node, brief, ttl=4.0))
    time.sleep(4.2)
    app.pull("short has expired", short.object_id)
    app.pull("the reply to brief has expired", brief.object_id)
    push_reply(node, "a reply to what has expired", answer_to(node, short, ttl=1.0), upload=False, runtime=0.0)
    node.call("nothing more for node", "PullMessages")
    call("first: what went over the wire", "Control.ListRuns", run_id=app.run_id)


def tasks(app):
    for step, fields in (
        ("no type", {}),
        ("unknown type", {"type": "flwr-x"}),
        ("an app without its archive", {"type": "flwr-clientapp"}),
        ("an agent without its archive", {"type": "flwr-agentapp"}),
        ("a model without its name", {"type": "flwr-model"}),
        ("a connector without its name", {"type": "flwr-connector"}),
        ("a ServerApp", {"type": "flwr-serverapp", "fab_hash": FAB_HASH}),
    ):
        app.call(f"asks for {step}", "CreateTask", **fields)
    made = app.call("asks for a model", "CreateTask", type="flwr-model", model_ref="m")
    names.give(made.task_id, "model")
    pending = call("first: other tasks wait", "ServerAppIo.PullPendingTasks", superexec())
    assert made.task_id in [task.task_id for task in pending.tasks]
    claimed = call("first: the model is claimed", "ServerAppIo.ClaimTask", superexec(), task_id=made.task_id)
    model = App("model", app.run_id, made.task_id, claimed.token)
    model.call("input", "PullTaskInput")
    model.call("asks for another", "CreateTask", type="flwr-model", model_ref="m")
    model.call("nodes", "GetNodes")
    model.call("messages", "PullMessages", message_ids=["x"])
    model.call("pushes messages", "PushMessages")
    at = {"node": {"node_id": 1}, "run_id": app.run_id}
    model.call("pushes an object", "PushObject", object_id="0" * 64, object_content=b"x", **at)
    model.call("pulls an object", "PullObject", object_id="0" * 64, **at)
    model.call("confirms", "ConfirmMessageReceived", message_object_id="0" * 64, **at)

    def say(step, text="hi", **fields):
        ids = {"src_task_id": app.task_id, "dst_task_id": made.task_id, **fields.pop("tasks", {})}
        said = message(app.run_id, 1, 1, text, message_type="query", **ids)
        announced = message_to_proto(said)
        for key, value in fields.items():
            setattr(announced.metadata, key, value)
        app.call(f"says {step}", "PushTaskMessage", message=announced)
        return announced

    again = say("something")
    app.call("says it again", "PushTaskMessage", message=again)
    say("something in another's name", tasks={"src_task_id": made.task_id})
    say("something to nobody", tasks={"dst_task_id": UNKNOWN})
    say("something in another run", run_id=UNKNOWN)
    say("something from a node", src_node_id=UNKNOWN)
    say("something that is over", ttl=1.0, created_at=time.time() - 9)
    say("something without an id", message_id="")
    say("something else", "ho")
    model.call("hears nothing", "PullTaskMessage", limit=0)
    model.call("hears one", "PullTaskMessage", limit=1)
    model.call("hears the rest", "PullTaskMessage")
    model.call("hears no more", "PullTaskMessage")
    model.call("is done", "PushTaskOutput", sub_status="completed", details="well")
    model.call("is gone", "SendTaskHeartbeat")
    say("something to one that is gone", "late")


def reports(app):
    app.call("logs", "PushLogs", logs=["a line\n", "half", " a line\n"])
    app.call("logs nothing", "PushLogs")
    event = {"event": "e", "data": '{"a": 1}', "run_id": 5, "task_id": 6, "id": 7, "timestamp": "x"}
    app.call("events", "PushTaskEvents", events=[event, {"event": "f", "data": "{}"}])
    app.call("no events", "PushTaskEvents")
    for data in ("no json", "[1]", "1", "null", ""):
        app.call(f"an event with the data '{data}'", "PushTaskEvents",
                 events=[{"event": "good", "data": "{}"}, {"event": "bad", "data": data}])
    app.call("an ending that nobody knows", "PushTaskOutput", sub_status="happy")


def end(app, series_id):
    context = {"run_id": app.run_id, "node_id": 1, "series_id": series_id}
    app.call("ends well", "PushTaskOutput", sub_status="completed", details="fine", context=context,
             clientapp_runtime=2.5)
    app.call("is over", "SendTaskHeartbeat")
    app.call("ends again", "PushTaskOutput", sub_status="failed")
    call("first: completed", "Control.ListRuns", run_id=app.run_id)
    call("first: its log", "Control.StreamLogs", run_id=app.run_id)
    call("first: its log from later on", "Control.StreamLogs", run_id=app.run_id, after_timestamp=time.time() + 9)
    call("first: its events", "Control.StreamRunEvents", run_id=app.run_id)
    call("first: its later events", "Control.StreamRunEvents", run_id=app.run_id, after_task_event_id=1)
    call("first: is stopped", "Control.StopRun", run_id=app.run_id)
    call("first: artifacts", "Control.PullArtifacts", run_id=app.run_id)
    call("first: the series", "Control.GetRunSeries", series_id=series_id)


def stopped(node):
    run = start("second", override_config={"lr": {"double": 0.5}, "model.head.dim": {"sint64": 9}},
                federation=FEDERATION)
    app = claim("second", run.run_id)
    app.call("input", "PullTaskInput")
    sent = message(run.run_id, 1, node.id, "never answered")
    app.push("a message", sent)
    node.call("node gets the message of a run", "PullMessages")
    call("second: stop", "Control.StopRun", run_id=run.run_id)
    call("second: stop again", "Control.StopRun", run_id=run.run_id)
    app.call("after the stop", "SendTaskHeartbeat")
    app.call("nodes after the stop", "GetNodes")
    gate_of_a_run(node, run.run_id, "is stopped")
    push_reply(node, "a reply after the stop", answer_to(node, sent))
    call("second: stopped", "Control.ListRuns", run_id=run.run_id)
    call("second: its log", "Control.StreamLogs", run_id=run.run_id)
    return run


def other_endings(node):
    waits = start("third")
    call("third: stopped while it waits", "Control.StopRun", run_id=waits.run_id)
    call("third: stopped", "Control.ListRuns", run_id=waits.run_id)
    for ending in ("failed", "stopped"):
        run = start(ending)
        app = claim(ending, run.run_id)
        app.call("ends before it began", "PushTaskOutput", sub_status=ending, details="so it is")
        call(f"{ending}: ended", "Control.ListRuns", run_id=run.run_id)
    gate_of_a_run(node, run.run_id, "was stopped by its app")


def series(first):
    again = call("fourth: start", "Control.StartRun", fab={"content": FAB}, series_id=first.series_id)
    names.give(again.run_id, "run fourth")
    call("the series with two runs", "Control.GetRunSeries", series_id=first.series_id)
    call("all series", "Control.ListRunSeries", limit=2)
    call("all series of the federation", "Control.ListRunSeries", federation_id=FEDERATION)
    call("no series at all", "Control.ListRunSeries", limit=0)
    call("series before long ago", "Control.ListRunSeries", updated_before="2020-01-01T00:00:00+00:00")
    for limit in (0, 1, 2):
        call(f"the newest {limit} runs", "Control.ListRuns", limit=limit)
    call("fourth: stop", "Control.StopRun", run_id=again.run_id)


def lapses(node):
    """What time does: 20 s to a node, 30 s to a claim, 60 s to a task."""
    hurried = Node("hurried")
    hurried.join(interval=10)
    claimed, running = start("claimed"), start("silent")
    claim("claimed", claimed.run_id)
    app = claim("silent", running.run_id)
    app.call("input", "PullTaskInput")
    late = message(running.run_id, 1, hurried.id, "late")
    app.push("to one that will fall silent", late)
    hurried.call("it gets the message", "PullMessages")
    receive(hurried, "it receives the message", late)
    time.sleep(20.5)
    app.call("nodes without it", "GetNodes")
    app.pull("nothing from one that is silent", late.object_id)
    call("it is offline without having said so", "Control.ListNodes")
    hurried.call("it beats again", "SendNodeHeartbeat", heartbeat_interval=10)
    time.sleep(10)
    call("claimed: it waits again", "Control.ListRuns", run_id=claimed.run_id)
    call("what waits again", "ServerAppIo.PullPendingTasks", superexec())
    time.sleep(30.5)
    call("silent: it has failed", "Control.ListRuns", run_id=running.run_id)
    app.call("is not known any more", "SendTaskHeartbeat")
    another = Node("another")
    call("a key registers another", "Fleet.RegisterNode", another.headers(), public_key=Node("yet another").pem)
    for curve in (ec.SECP192R1, ec.SECP224R1):
        call(f"register a {curve.name} key", "Control.RegisterNode", public_key=Node("odd", curve()).pem)
    node.call("node leaves", "DeactivateNode", node_id=node.id)
    node.call("node leaves for ever", "UnregisterNode", node_id=node.id)


def main():
    control_of_nothing()
    node, other = Node("node"), Node("other")
    node.join()
    other.join()
    federations(node)
    versions()
    fleet_credentials(node, other)
    fleet_nodes(node, other)
    node_keys()
    start_run_refusals()
    superexec_credentials()
    app = a_run(node, other)
    first = call("first: the series that it began", "Control.ListRuns", run_id=app.run_id)
    run = first.run_dict[app.run_id]
    end(app, run.series_id)
    stopped(node)
    other_endings(node)
    series(run)
    lapses(node)


main()
