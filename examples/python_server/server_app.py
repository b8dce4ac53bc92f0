"""What leads the run, beside the SuperLink: Flower's own FedAvg, and NumPy."""

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, MetricRecord
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

# What the nodes' examples follow, and the model has to find out.
TRUTH = np.array([1.5, -2.0, 0.5, 1.0], np.float32)

# Named in pyproject.toml.
app = ServerApp()


def distance(server_round: int, arrays: ArrayRecord) -> MetricRecord:
    """Return how far the model is from the truth."""
    far = float(np.linalg.norm(arrays["weights"].numpy() - TRUTH))
    print(f"Round {server_round}: {far:.4f} from the truth")
    return MetricRecord({"distance": far})


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Run all rounds and show what they came to."""
    config = context.run_config
    nodes = int(config["min-nodes"])
    strategy = FedAvg(
        min_train_nodes=nodes, min_evaluate_nodes=nodes, min_available_nodes=nodes
    )
    result = strategy.start(
        grid=grid,
        initial_arrays=ArrayRecord({"weights": Array(np.zeros_like(TRUTH))}),
        num_rounds=int(config["num-server-rounds"]),
        train_config=ConfigRecord({"lr": float(config["lr"])}),
        evaluate_fn=distance,
    )
    print(f"The final model is {result.arrays['weights'].numpy().round(2)}")
