"""What runs on the node: an echo, and some ways of not answering."""

import os
import time

from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.query()
def echo(message: Message, context: Context) -> Message:
    """Send back what came."""
    return Message(content=message.content, reply_to=message)


@app.train("special")
def special(message: Message, context: Context) -> Message:
    """Say what kind of message came, and how the node is configured."""
    facts = ConfigRecord({"type": message.metadata.message_type, **context.node_config})
    return Message(content=RecordDict({"facts": facts}), reply_to=message)


@app.query("remember")
def remember(message: Message, context: Context) -> Message:
    """Add the message to all that came before, and send everything."""
    context.state.update(message.content)
    return Message(content=context.state, reply_to=message)


@app.query("sleep")
def sleep(message: Message, context: Context) -> Message:
    """Answer late."""
    time.sleep(message.content["sleep"]["seconds"])
    return Message(content=message.content, reply_to=message)


@app.query("fail")
def fail(message: Message, context: Context) -> Message:
    """Do not answer."""
    raise ValueError("the ClientApp raises on purpose")


@app.query("crash")
def crash(message: Message, context: Context) -> Message:
    """Leave without a word."""
    os._exit(3)
