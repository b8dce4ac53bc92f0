"""What runs on each node: two linear models, whose steps are the same in every language.

Each operation is rounded to the element type, and sums go from left to right: there is one right answer.
"""

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.clientapp.mod import adaptiveclipping_mod, fixedclipping_mod

app = ClientApp()

EXAMPLES, FEATURES = 6, 5


def feature(node: int, example: int, column: int) -> float:
    """Fixed data: multiples of 1/16, so that every float type holds them exactly."""
    return ((example * 7 + column * 5 + node * 3) % 17) / 16 - 0.5


def target(node: int, example: int) -> float:
    """What the model is to find, each node another thing."""
    return ((example * 5 + node * 11) % 13) / 8 - 0.75


def sgd(weights: np.ndarray, bias: np.ndarray, node: int, config: ConfigRecord) -> tuple[list[np.ndarray], float]:
    """Gradient steps on squared errors, pulled back to where they began. Gives the model and the mean loss."""
    number = weights.dtype.type
    start, now = [[*map(number, weights), number(bias[0])] for _ in range(2)]
    rate, pull = number(config["lr"]), number(config.get("proximal-mu", 0.0))
    loss = 0.0
    for _ in range(config["epochs"]):
        loss = 0.0
        for example in range(EXAMPLES):
            inputs = [*(number(feature(node, example, column)) for column in range(FEATURES)), number(1)]
            error = -number(target(node, example))
            for weight, value in zip(now, inputs, strict=True):
                error = error + weight * value
            loss = loss + float(error) * float(error) / EXAMPLES
            for i, value in enumerate(inputs):
                now[i] = now[i] - rate * (error * value + pull * (now[i] - start[i]))
    return [np.array(now[:-1], number), np.array(now[-1:], number)], loss


def reply(message: Message, context: Context, loss: float, **records: ArrayRecord) -> Message:
    """Reply with the records and with this node's numbers."""
    examples = 10 + 3 * context.node_config["partition-id"]
    metrics = MetricRecord({"num-examples": examples, "train_loss": loss, "both": [loss, 2 * loss]})
    return Message(content=RecordDict({**records, "metrics": metrics}), reply_to=message)


def train(message: Message, context: Context) -> Message:
    """Train both models."""
    node, config = context.node_config["partition-id"], message.content["config"]
    arrays = {key: array.numpy() for key, array in message.content["arrays"].items()}
    single, _ = sgd(arrays["w"], arrays["b"], node, config)
    double, loss = sgd(arrays["v"], arrays["c"], node, config)
    trained = dict(zip(["w", "b", "v", "c"], [*single, *double], strict=True))
    record = ArrayRecord({key: ArrayRecord([array])["0"] for key, array in trained.items()})
    return reply(message, context, loss, arrays=record)


app.train()(train)
app.train("fixed", mods=[fixedclipping_mod])(train)
app.train("adaptive", mods=[adaptiveclipping_mod])(train)


def answer_text(message: Message, context: Context, text: str) -> Message:
    """Reply with a model that is text."""
    arrays = ArrayRecord([np.frombuffer(text.encode(), np.uint8)])
    return reply(message, context, 1 / message.content["config"]["server-round"], arrays=arrays)


@app.train("tree")
def tree(message: Message, context: Context) -> Message:
    """Grow one tree, in the shape of an XGBoost model."""
    node, turn = context.node_config["partition-id"], message.content["config"]["server-round"]
    grown = f'{{"id": 0, "base_weights": [{node}.25, -{turn}e-05], "split_conditions": [1.0]}}'
    param = '{"num_parallel_tree": "1", "num_trees": "1"}'
    model = f'{{"gbtree_model_param": {param}, "iteration_indptr": [0, 1], "tree_info": [0], "trees": [{grown}]}}'
    return answer_text(message, context, f'{{"learner": {{"gradient_booster": {{"model": {model}}}}}}}')


@app.train("turn")
def turn(message: Message, context: Context) -> Message:
    """Add to the model that goes round."""
    came = message.content["arrays"]["0"].numpy().tobytes().decode()
    return answer_text(message, context, f"{came}{context.node_config['partition-id']};")


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Say how good the model is, without a step; of text, how long it is."""
    config = ConfigRecord({"lr": 0.0, "epochs": 1})
    arrays = {key: array.numpy() for key, array in message.content["arrays"].items()}
    if "0" in arrays:
        return reply(message, context, float(arrays["0"].size))
    _, loss = sgd(arrays["v"], arrays["c"], context.node_config["partition-id"], config)
    return reply(message, context, loss)


@app.query()
def who(message: Message, context: Context) -> Message:
    """Say which partition this node has."""
    return Message(content=RecordDict({"node": ConfigRecord(dict(context.node_config))}), reply_to=message)
