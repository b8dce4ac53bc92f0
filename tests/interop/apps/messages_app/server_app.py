"""What sends the messages, and prints a line with each fact that it finds."""

import time

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.serverapp import Grid, ServerApp

# A node that does not exist.
NOBODY = 4711

app = ServerApp()


def fact(name: str, value: object) -> None:
    """Print a fact, for the test."""
    print(f"FACT {name}: {value}")


def everything() -> RecordDict:
    """Every kind of value that a message can carry."""
    numbers = np.arange(24).reshape(2, 3, 4)
    arrays = [numbers.astype(dtype) for dtype in ("f2", "f4", "f8", "i1", "u2", "i4", "u8", "?", "c8", "c16")]
    arrays += [np.array(0.5, np.float32), np.zeros((0, 3), np.float32), np.asfortranarray(numbers.astype(">f4"))]
    metrics = {"int": -(2**63), "uint": 2**64 - 1, "float": 1e-300, "nan": float("nan"), "inf": float("inf")}
    lists = {"ints": [1, -2, 3], "floats": [0.5, -0.0], "none": []}
    config = {"text": "\N{BLOSSOM} ünï", "bytes": bytes(range(256)), "yes": True, "texts": ["", "b"], "blobs": [b"", b"\0"], "yesno": [True, False]}
    return RecordDict(
        {
            "arrays": ArrayRecord(arrays),
            "metrics": MetricRecord({**metrics, **lists}),
            "config": ConfigRecord({**metrics, **lists, **config}),
            "no arrays": ArrayRecord(),
            "no metrics": MetricRecord(),
            "no config": ConfigRecord(),
        }
    )


def large() -> RecordDict:
    """An object larger than a chunk, an array of many chunks, and many small objects."""
    random = np.random.default_rng(7)
    return RecordDict(
        {
            "config": ConfigRecord({"blob": random.bytes(20_000_000)}),
            "arrays": ArrayRecord([random.random(3_000_000)]),
            **{f"record {i}": MetricRecord({"i": i}) for i in range(200)},
        }
    )


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Send messages of every shape and fate."""
    while not (nodes := list(grid.get_node_ids())):
        time.sleep(0.2)
    fact("nodes", len(nodes))

    def message(content: RecordDict, kind: str = "query", dst: int = nodes[0], **options: float) -> Message:
        return Message(content=content, dst_node_id=dst, message_type=kind, **options)

    def outcome(reply: Message) -> str:
        if reply.has_error():
            return f"error {reply.error.code} {reply.metadata.message_type}"
        return f"content {reply.metadata.message_type}"

    def ask(content: RecordDict, kind: str) -> Message:
        (reply,) = grid.send_and_receive([message(content, kind)])
        return reply

    contents = [RecordDict(), everything(), large()]
    sent = [message(content) for content in contents]
    replies = {reply.metadata.reply_to_message_id: reply for reply in grid.send_and_receive(sent)}
    same = [replies[each.object_id].content.object_id == each.content.object_id for each in sent]
    fact("echoes are the same", same)

    facts = ask(RecordDict(), "train.special").content["facts"]
    fact("special", dict(sorted(facts.items())))
    for i in range(2):
        state = ask(RecordDict({f"record {i}": MetricRecord({"i": i})}), "query.remember").content
    fact("state", sorted(state))
    for kind in ("query.fail", *(["query.crash"] if context.run_config["with-crash"] else [])):
        reply = ask(RecordDict(), kind)
        fact(kind, outcome(reply))
        fact(f"{kind} answers", reply.metadata.src_node_id == nodes[0])

    nap = RecordDict({"sleep": ConfigRecord({"seconds": 5.0})})
    began = time.monotonic()
    replies = list(grid.send_and_receive([message(nap, "query.sleep")], timeout=1.0))
    # A pull may wait three seconds for an answer, and so do apps between two of them.
    fact("timeout", [len(replies), time.monotonic() - began < 8.5])

    refused = list(grid.push_messages([message(RecordDict(), dst=NOBODY)]))
    fact("message for nobody", refused)
    fact("reply of nobody", [outcome(reply) for reply in grid.pull_messages([""])])

    expiring, waiting = grid.push_messages([message(RecordDict(), ttl=0.5), message(RecordDict())])
    while not (replies := list(grid.pull_messages([waiting]))):
        time.sleep(0.2)
    fact("late", [outcome(reply) for reply in replies])
    fact("taken", [outcome(reply) for reply in grid.pull_messages([waiting])])
    fact("expired", [outcome(reply) for reply in grid.pull_messages([expiring])])
