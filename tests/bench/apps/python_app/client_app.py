"""Answers with the model moved a little, differently on each node."""

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    """Move the model."""
    step = np.float32(0.001 * (1 + context.node_config["partition-id"]))
    (weights,) = message.content["arrays"].to_numpy_ndarrays()
    content = {"arrays": ArrayRecord([weights + step]), "metrics": MetricRecord({"num-examples": 1})}
    return Message(content=RecordDict(content), reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Answer with metrics only."""
    metrics = MetricRecord({"num-examples": 1, "loss": 1.0})
    return Message(content=RecordDict({"metrics": metrics}), reply_to=message)
