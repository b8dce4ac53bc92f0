"""What leads the run: sends much to every node, and looks at what comes back."""

import time

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.serverapp import Grid, ServerApp

LAYERS = 4

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Send, wait, and compare each number."""
    config = context.run_config
    while len(nodes := list(grid.get_node_ids())) < config["num-nodes"]:
        time.sleep(0.2)
    length = config["megabytes"] * 1_000_000 // 4 // LAYERS
    model = [np.arange(length, dtype=np.float32) + layer for layer in range(LAYERS)] if length else []
    content = RecordDict({f"record {i}": MetricRecord({"i": i}) for i in range(config["records"])})
    content["arrays"] = ArrayRecord(model)

    began = time.monotonic()
    messages = [Message(content=content, dst_node_id=node, message_type="train") for node in nodes]
    replies = list(grid.send_and_receive(messages, timeout=1200))
    print(f"FACT seconds: {time.monotonic() - began:.1f}")

    assert {reply.metadata.src_node_id for reply in replies} == set(nodes), replies
    for reply in replies:
        assert len(reply.content) == len(content)
        for before, after in zip(model, reply.content["arrays"].to_numpy_ndarrays(), strict=True):
            assert np.array_equal(after, before + 1)
        for i in range(config["records"]):
            assert dict(reply.content[f"record {i}"]) == {"i": i + 1}
    print(f"FACT nodes: {len(replies)}")
