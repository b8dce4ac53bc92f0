"""What runs on each node, beside its data."""

from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from . import task

# Named in pyproject.toml.
app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    """Train the model that came, and send it back."""
    examples, _ = task.load_examples(context)
    model, loss = task.train(
        message.content["arrays"].to_numpy_ndarrays(),
        examples,
        epochs=context.run_config["local-epochs"],
        lr=message.content["config"]["lr"],
    )
    metrics = MetricRecord({"train-loss": loss, "num-examples": len(examples[1])})
    content = RecordDict({"arrays": ArrayRecord(model), "metrics": metrics})
    return Message(content=content, reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Say how well the model does on this node."""
    _, examples = task.load_examples(context)
    model = message.content["arrays"].to_numpy_ndarrays()
    loss, accuracy = task.evaluate(model, examples)
    metrics = MetricRecord(
        {"eval-loss": loss, "accuracy": accuracy, "num-examples": len(examples[1])}
    )
    return Message(content=RecordDict({"metrics": metrics}), reply_to=message)
