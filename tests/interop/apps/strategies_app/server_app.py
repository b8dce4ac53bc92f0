"""What leads the run: every strategy twice, once with the nodes and once with copies of them in this process."""

import random
import time
from collections.abc import Callable, Iterable

import numpy as np
from client_app import app as client_app
from flwr.app import ArrayRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp import strategy as official
from flwr.serverapp.strategy import FedAvg, Result, Strategy

app = ServerApp()

# By name: how the strategy is made, and which function of the ClientApp trains for it.
TRAIN_ONLY = {"fraction_evaluate": 0.0, "min_train_nodes": 3, "min_available_nodes": 3}
STRATEGIES: dict[str, tuple[Callable[[], Strategy], str]] = {
    "FedAvg": (lambda: FedAvg(min_train_nodes=3, min_available_nodes=3), "train"),
    "FedAvgM": (lambda: official.FedAvgM(**TRAIN_ONLY, server_momentum=0.9), "train"),
    "FedProx": (lambda: official.FedProx(**TRAIN_ONLY, proximal_mu=0.1), "train"),
    "FedAdagrad": (lambda: official.FedAdagrad(**TRAIN_ONLY), "train"),
    "FedAdam": (lambda: official.FedAdam(**TRAIN_ONLY), "train"),
    "FedYogi": (lambda: official.FedYogi(**TRAIN_ONLY), "train"),
    "FedMedian": (lambda: official.FedMedian(**TRAIN_ONLY), "train"),
    "FedTrimmedAvg": (lambda: official.FedTrimmedAvg(**TRAIN_ONLY, beta=0.34), "train"),
    "Krum": (lambda: official.Krum(**TRAIN_ONLY), "train"),
    "MultiKrum": (lambda: official.MultiKrum(**TRAIN_ONLY, num_nodes_to_select=2), "train"),
    "Bulyan": (lambda: official.Bulyan(**TRAIN_ONLY), "train"),
    "QFedAvg": (lambda: official.QFedAvg(**TRAIN_ONLY, client_learning_rate=0.1), "train"),
    "ServerSideFixedClipping": (
        lambda: official.DifferentialPrivacyServerSideFixedClipping(FedAvg(**TRAIN_ONLY), 0.5, 1.0, 3),
        "train",
    ),
    "ServerSideAdaptiveClipping": (
        lambda: official.DifferentialPrivacyServerSideAdaptiveClipping(FedAvg(**TRAIN_ONLY), 0.1, 3),
        "train",
    ),
    "ClientSideFixedClipping": (
        lambda: official.DifferentialPrivacyClientSideFixedClipping(FedAvg(**TRAIN_ONLY), 0.5, 1.0, 3),
        "train.fixed",
    ),
    "ClientSideAdaptiveClipping": (
        lambda: official.DifferentialPrivacyClientSideAdaptiveClipping(FedAvg(**TRAIN_ONLY), 0.1, 3),
        "train.adaptive",
    ),
    "FedXgbBagging": (lambda: official.FedXgbBagging(**TRAIN_ONLY), "train.tree"),
    "FedXgbCyclic": (lambda: official.FedXgbCyclic(min_available_nodes=3), "train.tree"),
}


class Ordered(Grid):
    """The nodes in a known order, and their replies: sums of floats depend on it."""

    def __init__(self, grid: Grid, train_type: str) -> None:
        self.grid, self.train_type = grid, train_type

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
        """Sort: samples depend on the order."""
        return sorted(self.grid.get_node_ids())

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
        replies = list(self.deliver(messages, timeout))
        return sorted(replies, key=lambda reply: reply.metadata.src_node_id)

    def deliver(self, messages: list[Message], timeout: float | None) -> Iterable[Message]:
        """Over the wire."""
        return self.grid.send_and_receive(messages, timeout=timeout)


class Rehearsal(Ordered):
    """The same nodes, played by this process."""

    def __init__(self, grid: Grid, train_type: str, partitions: dict[int, int]) -> None:
        super().__init__(grid, train_type)
        self.partitions = partitions

    def deliver(self, messages: list[Message], timeout: float | None) -> Iterable[Message]:
        """By a call."""
        for message in messages:
            node = message.metadata.dst_node_id
            config = {"partition-id": self.partitions[node], "num-partitions": len(self.partitions)}
            yield client_app(message, Context(1, node, config, RecordDict(), {}))


def perform(make: Callable[[], Strategy], grid: Grid, model: ArrayRecord) -> Result:
    """Two rounds, with the same random numbers every time."""
    random.seed(2026)
    np.random.seed(2026)
    return make().start(grid=grid, initial_arrays=model, num_rounds=2, timeout=300)


def facts_of(result: Result) -> list[object]:
    """All that came out, so that it can be compared."""
    metrics = [result.train_metrics_clientapp, result.evaluate_metrics_clientapp]
    rounds = [{number: dict(record) for number, record in each.items()} for each in metrics]
    return [result.arrays.object_id, *rounds]


def find_partitions(grid: Grid, count: int) -> dict[int, int]:
    """Which node has which partition."""
    while len(nodes := list(grid.get_node_ids())) < count:
        time.sleep(0.2)
    questions = [Message(content=RecordDict(), dst_node_id=node, message_type="query") for node in nodes]
    replies = grid.send_and_receive(questions)
    return {reply.metadata.src_node_id: reply.content["node"]["partition-id"] for reply in replies}


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Compare what came over the wire with the rehearsal."""
    partitions = find_partitions(grid, context.run_config["num-nodes"])
    chosen = context.run_config["only"].split() or list(STRATEGIES)
    for name in chosen:
        make, train_type = STRATEGIES[name]
        model = ArrayRecord([np.zeros((4, 5)), np.linspace(-1, 1, 30)])
        if train_type == "train.tree":
            model = ArrayRecord([np.zeros(0, np.uint8)])
        expected = facts_of(perform(make, Rehearsal(grid, train_type, partitions), model.copy()))
        actual = facts_of(perform(make, Ordered(grid, train_type), model.copy()))
        assert len(actual[1]) == 2, f"{name}: no metrics of both rounds: {actual}"
        assert actual == expected, f"{name}: {actual} is not {expected}"
        print(f"FACT {name}: the same")
