"""What runs on each node: adds a known amount to the model."""

from flwr.client import Client, ClientApp, NumPyClient
from flwr.client.mod import secaggplus_mod
from flwr.common import Context

# By partition-id: how many examples the node has, and what it adds to every weight.
EXAMPLES = [10, 20, 30]
STEPS = [1.0, 2.0, 3.0]


class Adding(NumPyClient):
    """Adds the step of a partition."""

    def __init__(self, partition: int) -> None:
        self.partition = partition

    def fit(self, parameters, config):
        """Add this node's step to the model."""
        moved = [array + array.dtype.type(STEPS[self.partition]) for array in parameters]
        return moved, EXAMPLES[self.partition], {}

    def evaluate(self, parameters, config):
        """Say what this node is written in."""
        return 0.5, EXAMPLES[self.partition], {"typescript": 0.0}


def client_fn(context: Context) -> Client:
    """Make the client of a node."""
    return Adding(int(context.node_config["partition-id"])).to_client()


app = ClientApp(client_fn=client_fn, mods=[secaggplus_mod])
