"""Sends a model of random float32 numbers round. Random, because equal chunks would be stored once."""

import numpy as np
from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Run all rounds."""
    config = context.run_config
    weights = np.random.default_rng(2026).random(config["elements"], dtype=np.float32)
    FedAvg().start(grid=grid, initial_arrays=ArrayRecord([weights]), num_rounds=config["rounds"])
