"""What runs on each node: adds a known amount to the model and counts its calls."""

import time

from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

# By partition-id: how many examples the node has, and what it adds to every weight. Further nodes add the mean.
EXAMPLES = {0: 1, 1: 3}
STEPS = {0: 1.0, 1: 5.0}

app = ClientApp()


def count_call(context: Context) -> int:
    """Count the calls of this node in the state that outlives them."""
    calls = context.state["calls"]["count"] if "calls" in context.state else 0
    context.state["calls"] = MetricRecord({"count": calls + 1})
    return calls + 1


def answer(message: Message, context: Context, **records: ArrayRecord) -> Message:
    """Reply with the records and this node's metrics."""
    node = context.node_config["partition-id"]
    numbers = {"num-examples": EXAMPLES.get(node, 1), "calls": float(count_call(context)), "typescript": 0.0}
    metrics = MetricRecord(numbers)
    return Message(content=RecordDict({**records, "metrics": metrics}), reply_to=message)


@app.train()
def train(message: Message, context: Context) -> Message:
    """Add this node's step to the model."""
    if context.run_config["raise-in"] == "clientapp":
        raise RuntimeError("the ClientApp raises on purpose")
    time.sleep(context.run_config["pause-s"])
    step = STEPS.get(context.node_config["partition-id"], 4.0)
    arrays = [array + array.dtype.type(step) for array in message.content["arrays"].to_numpy_ndarrays()]
    return answer(message, context, arrays=ArrayRecord(arrays))


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Say how often this node was called."""
    return answer(message, context)
