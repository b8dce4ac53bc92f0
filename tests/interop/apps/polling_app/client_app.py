"""What runs on the node: an answer that takes its time."""

import time

from flwr.app import Context, Message
from flwr.clientapp import ClientApp

app = ClientApp()


@app.query()
def sleep(message: Message, context: Context) -> Message:
    """Answer late."""
    time.sleep(message.content["sleep"]["seconds"])
    return Message(content=message.content, reply_to=message)
