"""The same work as python_app's, written so that Flower 1.14.0 runs it as well as Flower of today."""

import time
from collections import OrderedDict

import numpy as np

try:
    from flwr.app import ArrayRecord, Message, MetricRecord, RecordDict
    from flwr.clientapp import ClientApp

    LEGACY = False
except ImportError:
    from flwr.client import ClientApp
    from flwr.common import MetricsRecord, ParametersRecord, RecordSet, array_from_numpy

    LEGACY = True

EXAMPLES = {0: 1, 1: 3}
STEPS = {0: 1.0, 1: 5.0}

app = ClientApp()


def count_call(context) -> int:
    """Count the calls of this node in the state that outlives them."""
    records = context.state.metrics_records if LEGACY else context.state
    calls = records["calls"]["count"] if "calls" in records else 0
    records["calls"] = (MetricsRecord if LEGACY else MetricRecord)({"count": calls + 1})
    return calls + 1


def answer(message, context, arrays=None):
    """Reply with the arrays, if there are any, and this node's metrics."""
    node = context.node_config["partition-id"]
    numbers = {
        "num-examples": EXAMPLES.get(node, 1),
        "calls": float(count_call(context)),
        "typescript": 0.0,
    }
    if LEGACY:
        content = RecordSet(metrics_records={"metrics": MetricsRecord(numbers)})
        if arrays is not None:
            items = OrderedDict((str(at), array_from_numpy(array)) for at, array in enumerate(arrays))
            content.parameters_records["arrays"] = ParametersRecord(items)
        return message.create_reply(content)
    records = {} if arrays is None else {"arrays": ArrayRecord(arrays)}
    return Message(content=RecordDict({**records, "metrics": MetricRecord(numbers)}), reply_to=message)


def arrays_of(message) -> list[np.ndarray]:
    """The model, and a look at the setting that stands beside it."""
    if LEGACY:
        assert message.content.configs_records["config"]["server-round"] >= 1
        return [array.numpy() for array in message.content.parameters_records["arrays"].values()]
    return message.content["arrays"].to_numpy_ndarrays()


@app.train()
def train(message, context):
    """Add this node's step to the model."""
    if context.run_config["raise-in"] == "clientapp":
        raise RuntimeError("the ClientApp raises on purpose")
    time.sleep(context.run_config["pause-s"])
    step = STEPS.get(context.node_config["partition-id"], 4.0)
    return answer(message, context, [array + array.dtype.type(step) for array in arrays_of(message)])


@app.evaluate()
def evaluate(message, context):
    """Say how often this node was called."""
    return answer(message, context)
