"""What leads a run under Flower 1.14.0: averages over every node, and a look at what came out."""

import time
from collections import OrderedDict

import numpy as np
from flwr.common import ConfigsRecord, Context, ParametersRecord, RecordSet, array_from_numpy
from flwr.server import Driver, ServerApp

app = ServerApp()


def ask(driver: Driver, nodes: list[int], kind: str, server_round: int, model: list[np.ndarray]):
    """Send everybody the model, and return the replies' contents."""
    arrays = OrderedDict((str(at), array_from_numpy(array)) for at, array in enumerate(model))
    content = RecordSet(
        parameters_records={"arrays": ParametersRecord(arrays)},
        configs_records={"config": ConfigsRecord({"server-round": server_round})},
    )
    messages = [driver.create_message(content, kind, node, str(server_round)) for node in nodes]
    replies = list(driver.send_and_receive(messages, timeout=100))
    assert len(replies) == len(nodes), f"{len(replies)} replies from {len(nodes)} nodes"
    for reply in replies:
        assert not reply.has_error(), reply.error
    return [reply.content for reply in replies]


@app.main()
def main(driver: Driver, context: Context) -> None:
    """Run all rounds and check the model and the nodes' states."""
    config = context.run_config
    rounds = config["num-server-rounds"]
    while len(nodes := list(driver.get_node_ids())) < config["min-nodes"]:
        time.sleep(0.5)
    model = [np.zeros((20, 50), np.float32), np.zeros(config["zeros"], np.float64)]
    for server_round in range(1, rounds + 1):
        contents = ask(driver, nodes, "train", server_round, model)
        weights = [content.metrics_records["metrics"]["num-examples"] for content in contents]
        trained = [
            [array.numpy() for array in content.parameters_records["arrays"].values()] for content in contents
        ]
        model = [np.average(arrays, axis=0, weights=weights).astype(arrays[0].dtype) for arrays in zip(*trained)]
        contents = ask(driver, nodes, "evaluate", server_round, model)
    calls = [content.metrics_records["metrics"]["calls"] for content in contents]
    assert calls == [2 * rounds] * len(nodes), calls
    for array in model:
        assert np.allclose(array, rounds * 4.0), array
    print(f"The model is {model[0][0, 0]:.1f} everywhere after {calls[0]:.1f} calls of each of {len(nodes)} nodes")
