"""What runs on each node: a client of the API from before messages."""

import numpy as np
from flwr.app import Context
from flwr.client import NumPyClient
from flwr.client.mod import secaggplus_mod
from flwr.clientapp import ClientApp


class Client(NumPyClient):
    """Adds a number that follows from the partition."""

    def __init__(self, partition: int) -> None:
        self.partition = partition

    def get_parameters(self, config: dict) -> list[np.ndarray]:
        """Start from nothing."""
        return [np.zeros(10), np.zeros((2, 3))]

    def fit(self, parameters: list[np.ndarray], config: dict) -> tuple[list[np.ndarray], int, dict]:
        """Add."""
        return [array + self.partition for array in parameters], 10, {"partition": self.partition}

    def evaluate(self, parameters: list[np.ndarray], config: dict) -> tuple[float, int, dict]:
        """Say what came."""
        return float(parameters[0][0]), 10, {"round": config["round"]}


def client_fn(context: Context) -> NumPyClient:
    """Make the client of this node."""
    return Client(context.node_config["partition-id"]).to_client()


def only_when_asked(message, context, call_next):
    """Aggregate securely where the ServerApp does."""
    if "secaggplus_configs" in message.content.config_records:
        return secaggplus_mod(message, context, call_next)
    return call_next(message, context)


app = ClientApp(client_fn=client_fn, mods=[only_when_asked])
