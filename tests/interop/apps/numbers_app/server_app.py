"""What leads the run: every strategy that is asked for, and the model after each of its rounds."""

import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp import strategy as official
from flwr.serverapp.strategy import FedAvg, Strategy

app = ServerApp()

# Nodes are taken in the order of their partitions.
random.sample = lambda nodes, size: list(nodes)[:size]


@dataclass
class Trial:
    """A strategy, how many nodes it has, and which function of the ClientApp trains for it."""

    make: Callable[[dict[str, object]], Strategy]
    nodes: int = 3
    train_type: str = "train"


def around(wrapper: Callable[..., Strategy], **settings: float) -> Callable[[dict[str, object]], Strategy]:
    """Differential privacy around FedAvg, without noise: that is no number that two programs could share."""
    return lambda base: wrapper(FedAvg(**base), noise_multiplier=0.0, num_sampled_clients=3, **settings)


TRIALS = {
    "FedAvg": Trial(lambda base: FedAvg(**{**base, "fraction_evaluate": 1.0, "min_evaluate_nodes": 3})),
    "FedAvgM": Trial(lambda base: official.FedAvgM(**base, server_learning_rate=0.7, server_momentum=0.9)),
    "FedProx": Trial(lambda base: official.FedProx(**base, proximal_mu=0.5)),
    "FedAdagrad": Trial(lambda base: official.FedAdagrad(**base)),
    "FedAdam": Trial(lambda base: official.FedAdam(**base)),
    "FedYogi": Trial(lambda base: official.FedYogi(**base)),
    "FedMedian": Trial(lambda base: official.FedMedian(**base), nodes=4),
    "FedTrimmedAvg": Trial(lambda base: official.FedTrimmedAvg(**base, beta=0.2), nodes=5),
    "Krum": Trial(lambda base: official.Krum(**base, num_malicious_nodes=1), nodes=5),
    "MultiKrum": Trial(
        lambda base: official.MultiKrum(**base, num_malicious_nodes=1, num_nodes_to_select=3), nodes=5
    ),
    "Bulyan": Trial(lambda base: official.Bulyan(**base, num_malicious_nodes=1), nodes=7),
    "QFedAvg": Trial(lambda base: official.QFedAvg(**base, client_learning_rate=0.1, q=0.2)),
    "DifferentialPrivacyServerSideFixedClipping": Trial(
        around(official.DifferentialPrivacyServerSideFixedClipping, clipping_norm=0.3)
    ),
    "DifferentialPrivacyServerSideAdaptiveClipping": Trial(
        around(official.DifferentialPrivacyServerSideAdaptiveClipping, initial_clipping_norm=0.2)
    ),
    "DifferentialPrivacyClientSideFixedClipping": Trial(
        around(official.DifferentialPrivacyClientSideFixedClipping, clipping_norm=0.3), train_type="train.fixed"
    ),
    "DifferentialPrivacyClientSideAdaptiveClipping": Trial(
        around(official.DifferentialPrivacyClientSideAdaptiveClipping, initial_clipping_norm=0.2),
        train_type="train.adaptive",
    ),
    "FedXgbBagging": Trial(lambda base: official.FedXgbBagging(**base), train_type="train.tree"),
    "FedXgbCyclic": Trial(lambda base: official.FedXgbCyclic(min_available_nodes=3), train_type="train.turn"),
}


class Chosen(Grid):
    """The nodes of one trial in the order of their partitions, and their replies too: rounding depends on it."""

    def __init__(self, grid: Grid, nodes: list[int], train_type: str) -> None:
        self.grid, self.nodes, self.train_type = grid, nodes, train_type

    @property
    def run(self) -> object:
        """Which run this is."""
        return self.grid.run

    def set_run(self, run: object) -> None:
        """Pass on."""
        self.grid.set_run(run)

    def create_message(self, *args: object, **kwargs: object) -> Message:
        """Pass on."""
        return self.grid.create_message(*args, **kwargs)

    def get_node_ids(self) -> Iterable[int]:
        """Only these."""
        return list(self.nodes)

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Pass on."""
        return self.grid.push_messages(messages)

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """Pass on."""
        return self.grid.pull_messages(message_ids)

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> Iterable[Message]:
        """Send training to the function meant for it, and sort the replies."""
        messages = list(messages)
        for message in messages:
            if message.metadata.message_type == "train":
                message.metadata.message_type = self.train_type
        replies = self.grid.send_and_receive(messages, timeout=timeout)
        return sorted(replies, key=lambda reply: self.nodes.index(reply.metadata.src_node_id))


def initial_model(train_type: str) -> ArrayRecord:
    """Numbers that every float type holds exactly; no trees."""
    if train_type in ("train.tree", "train.turn"):
        return ArrayRecord([np.zeros(0, np.uint8)])
    weights = [(i % 3) / 4 - 0.25 for i in range(5)]
    arrays = {"w": np.float32(weights), "b": np.float32([0.5]), "v": np.array(weights), "c": np.array([0.5])}
    return ArrayRecord({key: ArrayRecord([array])["0"] for key, array in arrays.items()})


def tell(fact: dict[str, object]) -> None:
    """A line for whoever compares."""
    print(f"NUMBERS {json.dumps(fact)}", flush=True)


def perform(name: str, grid: Grid, partitions: list[int], rounds: int) -> None:
    """Run one strategy and tell the model after each round, and all metrics."""
    trial = TRIALS[name]

    def look(number: int, arrays: ArrayRecord) -> None:
        found = [(key, array.numpy()) for key, array in arrays.items()]
        model = [[key, str(array.dtype), list(array.shape), array.tobytes().hex()] for key, array in found]
        if number > 0:
            tell({"strategy": name, "round": number, "model": model})

    base = {"fraction_evaluate": 0.0, "min_train_nodes": trial.nodes, "min_available_nodes": trial.nodes}
    result = trial.make(base).start(
        grid=Chosen(grid, partitions[: trial.nodes], trial.train_type),
        initial_arrays=initial_model(trial.train_type),
        num_rounds=rounds,
        timeout=300,
        train_config=ConfigRecord({"lr": 0.05, "epochs": 2}),
        evaluate_fn=look,
    )
    for phase in ("train", "evaluate"):
        metrics: dict[int, MetricRecord] = getattr(result, f"{phase}_metrics_clientapp")
        if metrics:
            tell({"strategy": name, "phase": phase, "metrics": [[k, dict(v)] for k, v in metrics.items()]})


def find_nodes(grid: Grid, count: int) -> list[int]:
    """All nodes in the order of their partitions."""
    while len(nodes := list(grid.get_node_ids())) < count:
        time.sleep(0.2)
    questions = [Message(content=RecordDict(), dst_node_id=node, message_type="query") for node in nodes]
    answers = {reply.metadata.src_node_id: reply for reply in grid.send_and_receive(questions)}
    return sorted(nodes, key=lambda node: answers[node].content["node"]["partition-id"])


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Have each strategy that is asked for run its rounds."""
    config = context.run_config
    nodes = find_nodes(grid, config["num-nodes"])
    for name in config["only"].split() or list(TRIALS):
        perform(name, grid, nodes, config["rounds"])
