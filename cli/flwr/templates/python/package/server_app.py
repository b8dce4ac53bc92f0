"""What leads the run, beside the SuperLink."""

from flwr.app import ArrayRecord, ConfigRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

from . import task

# Named in pyproject.toml.
app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Run all rounds and show what they came to."""
    result = FedAvg().start(
        grid=grid,
        initial_arrays=ArrayRecord(task.new_model()),
        num_rounds=context.run_config["num-server-rounds"],
        train_config=ConfigRecord({"lr": float(context.run_config["lr"])}),
    )
    for number, metrics in sorted(result.evaluate_metrics_clientapp.items()):
        print(f"Round {number}: accuracy {metrics['accuracy']:.3f}")
    weights, bias = result.arrays.to_numpy_ndarrays()
    print(f"The final model: weights {weights.round(3)}, bias {bias.round(3)}")
