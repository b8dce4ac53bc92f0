"""Has the node do its worst, or does so itself, and prints what came of it."""

from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp

from attempts import may, try_all

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    side = context.run_config["side"]
    if side == "server":
        for line in try_all(context.run_config):
            print(f"server | {line}", flush=True)
        for line in may(context.run_config):
            print(f"may | {line}", flush=True)
        return
    if side == "server-denied":
        open(context.run_config["key-path"])
        return
    kind = "query" if side == "client" else f"query.{side}"
    content = RecordDict({"about": ConfigRecord({"side": side})})
    for node in grid.get_node_ids():
        [reply] = grid.send_and_receive([Message(content, message_type=kind, dst_node_id=node)])
        if reply.has_error():
            print(f"error | {reply.error.reason}", flush=True)
            continue
        for line in reply.content["told"]["lines"]:
            print(line, flush=True)
