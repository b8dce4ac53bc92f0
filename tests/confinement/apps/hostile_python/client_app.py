"""A ClientApp that does its worst and tells what came of it."""

import os
import tempfile
import time

from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp

from attempts import may, try_all

app = ClientApp()


@app.query()
def query(message: Message, context: Context) -> Message:
    os.chdir(tempfile.mkdtemp())
    lines = [*(f"client | {line}" for line in try_all(context.run_config))]
    lines += [f"may | {line}" for line in may(context.run_config)]
    return Message(RecordDict({"told": ConfigRecord({"lines": lines})}), reply_to=message)


@app.query("sleep")
def sleep(message: Message, context: Context) -> Message:
    print("sleeping", flush=True)
    time.sleep(600)
    return message


@app.query("denied")
def denied(message: Message, context: Context) -> Message:
    open(context.run_config["key-path"])
    return message
