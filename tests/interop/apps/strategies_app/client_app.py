"""What runs on each node: small models whose numbers follow from the partition alone."""

import json

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.clientapp.mod import adaptiveclipping_mod, fixedclipping_mod

app = ClientApp()


def reply(message: Message, context: Context, arrays: ArrayRecord | None = None) -> Message:
    """Reply with the arrays, if any, and with this node's numbers."""
    node = context.node_config["partition-id"]
    loss = 1.0 / (node + 1)
    metrics = MetricRecord({"num-examples": 10 + node, "train_loss": loss, "eval_loss": 2 * loss})
    content = {"metrics": metrics} if arrays is None else {"arrays": arrays, "metrics": metrics}
    return Message(content=RecordDict(content), reply_to=message)


def step(message: Message, context: Context) -> Message:
    """Move every array away from what came, each node in its own direction."""
    node = context.node_config["partition-id"]
    moved = {
        key: Array(array.numpy() + np.sin(np.arange(array.numpy().size, dtype=np.float64) + 7 * node).reshape(array.shape))
        for key, array in message.content["arrays"].items()
    }
    return reply(message, context, ArrayRecord(moved))


app.train()(step)
app.train("fixed", mods=[fixedclipping_mod])(step)
app.train("adaptive", mods=[adaptiveclipping_mod])(step)


@app.train("tree")
def tree(message: Message, context: Context) -> Message:
    """Grow one tree, in the shape of an XGBoost model."""
    node = context.node_config["partition-id"]
    model = {
        "gbtree_model_param": {"num_trees": "1", "num_parallel_tree": "1"},
        "iteration_indptr": [0, 1],
        "tree_info": [0],
        "trees": [{"id": 0, "base_weights": [0.25 * node, -3e-05], "split_conditions": [1.0]}],
    }
    text = json.dumps({"learner": {"gradient_booster": {"model": model}}})
    return reply(message, context, ArrayRecord([np.frombuffer(text.encode(), np.uint8)]))


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Say how good the model is."""
    return reply(message, context)


@app.query()
def who(message: Message, context: Context) -> Message:
    """Say which partition this node has."""
    return Message(content=RecordDict({"node": ConfigRecord(dict(context.node_config))}), reply_to=message)
