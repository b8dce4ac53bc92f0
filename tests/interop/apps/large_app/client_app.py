"""What runs on each node: adds one to everything that came."""

from flwr.app import Array, ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    """Add one to every array and every metric."""
    content = RecordDict()
    for name in list(message.content):
        record = message.content.pop(name)
        if isinstance(record, ArrayRecord):
            content[name] = ArrayRecord({key: Array(record.pop(key).numpy() + 1) for key in list(record)})
        else:
            content[name] = MetricRecord({key: value + 1 for key, value in record.items()})
    return Message(content=content, reply_to=message)
