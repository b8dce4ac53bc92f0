"""The official strategies with the official ClientApp, all in this process. Prints what `server_app.py` prints.

Takes the app's folder and the names of strategies.
"""

import logging
import sys
from collections.abc import Iterable

sys.path.insert(0, sys.argv[1])

import server_app  # noqa: E402
from client_app import app as client_app  # noqa: E402
from flwr.app import Context, Message, RecordDict  # noqa: E402
from flwr.serverapp import Grid  # noqa: E402

logging.disable(logging.INFO)


class Rehearsal(Grid):
    """Nodes that are calls: their ids are their partitions, and 1."""

    run = None

    def set_run(self, run: object) -> None:
        """There is none."""

    def create_message(self, *args: object, **kwargs: object) -> Message:
        """Nobody asks for it."""
        raise NotImplementedError

    get_node_ids = push_messages = pull_messages = create_message

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> Iterable[Message]:
        """Call the ClientApp."""
        for message in messages:
            node = message.metadata.dst_node_id
            config = {"partition-id": node - 1, "num-partitions": 7}
            message.metadata.__dict__["_message_id"] = f"{node}"
            yield client_app(message, Context(1, node, config, RecordDict(), {}))


for name in sys.argv[2:] or server_app.TRIALS:
    server_app.perform(name, Rehearsal(), list(range(1, 8)), 3)
