"""The official FedAvg on the replies of fold.ts: seconds, peak memory, and the sum of the new model."""

import json
import logging
import sys
import time

import numpy as np
from flwr.app import Array, ArrayRecord, Message, MetricRecord, RecordDict
from flwr.serverapp.strategy import FedAvg

logging.getLogger("flwr").setLevel(logging.ERROR)


def reply_of(reply: int, parameters: int) -> Message:
    """Return what a node sends, in bytes as they arrive."""
    numbers = (np.arange(parameters, dtype=np.int64) * 7919 + reply * 104729) % 65536
    model = (numbers / 65536 - 0.5).astype(np.float32)
    content = RecordDict(
        {
            "arrays": ArrayRecord({"w": Array(model)}),
            "metrics": MetricRecord({"num-examples": reply + 1}),
        }
    )
    asked = Message(RecordDict(), dst_node_id=reply + 2, message_type="train")
    return Message(content, reply_to=asked)


def main() -> None:
    """Fold, and say what it took."""
    replies, parameters = int(sys.argv[1]), int(sys.argv[2])
    messages = [reply_of(reply, parameters) for reply in range(replies)]
    begin = time.perf_counter()
    arrays, _ = FedAvg().aggregate_train(1, messages)
    seconds = time.perf_counter() - begin
    with open("/proc/self/status", encoding="utf-8") as status:
        peak = next(line for line in status if line.startswith("VmHWM"))
    checksum = float(arrays["w"].numpy().sum(dtype=np.float64))
    peak_mb = int(peak.split()[1]) / 1024
    print(json.dumps({"seconds": seconds, "peakMb": peak_mb, "checksum": checksum}))


main()
