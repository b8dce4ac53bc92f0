"""What leads the run: FedAvg, and a look at what came out."""

import numpy as np
from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

# The mean of the nodes' steps, weighed by their examples: (1 * 1 + 3 * 5) / 4.
STEP = 4.0

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Run all rounds and check the model and the nodes' states."""
    config = context.run_config
    if config["raise-in"] == "serverapp":
        raise RuntimeError("the ServerApp raises on purpose")
    nodes, rounds = config["min-nodes"], config["num-server-rounds"]
    strategy = FedAvg(
        min_train_nodes=nodes, min_evaluate_nodes=nodes, min_available_nodes=nodes
    )
    model = [np.zeros((20, 50), np.float32), np.zeros(7, np.float64)]
    result = strategy.start(grid=grid, initial_arrays=ArrayRecord(model), num_rounds=rounds)

    trained = result.arrays.to_numpy_ndarrays()
    if not trained:
        raise RuntimeError("no node returned a model")
    for before, after in zip(model, trained, strict=True):
        assert after.dtype == before.dtype and after.shape == before.shape
        assert np.allclose(after, rounds * STEP), after
    metrics = result.evaluate_metrics_clientapp[rounds]
    calls = metrics["calls"]
    assert round(calls, 6) == 2 * rounds, calls
    print(f"The model is {trained[0][0, 0]:.1f} everywhere after {calls:.1f} calls of each node")
    print(f"Led in Python; share of the examples in TypeScript: {metrics['typescript']:.2f}")
