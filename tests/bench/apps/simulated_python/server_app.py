"""Averages a model over a part of the nodes, and says what came out."""

import numpy as np
from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    config = context.run_config
    initial = ArrayRecord([np.zeros(config["elements"], dtype=np.float32)])
    strategy = FedAvg(fraction_train=config["fraction"], fraction_evaluate=0.0)
    result = strategy.start(grid=grid, initial_arrays=initial, num_rounds=config["rounds"])
    numbers = result.arrays.to_numpy_ndarrays()[0]
    print(f"The model begins with {numbers[0]} and ends with {numbers[-1]}", flush=True)
