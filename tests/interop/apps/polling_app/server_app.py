"""Measures how long a ServerApp waits that does not want to, and prints a line with each time."""

import time

from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp

app = ServerApp()


def told(name: str, since: float, count: int) -> None:
    """Print how long something took and how many replies there were."""
    print(f"TOOK {name}: {time.monotonic() - since:.2f} s, {count} replies")


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Ask for slow answers in several ways."""
    while not (nodes := list(grid.get_node_ids())):
        time.sleep(0.2)

    def question(seconds: float) -> Message:
        content = RecordDict({"sleep": ConfigRecord({"seconds": seconds})})
        return Message(content=content, dst_node_id=nodes[0], message_type="query")

    for timeout in (5, 1):
        since = time.monotonic()
        replies = list(grid.send_and_receive([question(9.0)], timeout=timeout))
        told(f"timeout={timeout}", since, len(replies))
        time.sleep(10)

    ids = list(grid.push_messages([question(9.0)]))
    since = time.monotonic()
    found = 0
    for _ in range(8):
        found += len(list(grid.pull_messages(ids)))
        time.sleep(0.5)
    told("eight looks of its own", since, found)
    time.sleep(8)

    ids = list(grid.push_messages([question(0.0)]))
    since = time.monotonic()
    while not (replies := list(grid.pull_messages(ids))):
        time.sleep(1)
    told("looks until it is there", since, len(replies))
