"""What leads the run: the old FedAvg under SecAgg+, and a look at what came out."""

import numpy as np
from flwr.common import Context, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.compat.common.recorddict_compat import arrayrecord_to_parameters
from flwr.server import Grid, LegacyContext, ServerApp, ServerConfig
from flwr.server.strategy import FedAvg
from flwr.server.workflow import DefaultWorkflow, SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_PARAMS_RECORD

# The mean of the nodes' steps, weighed by their examples: (10 * 1 + 20 * 2 + 30 * 3) / 60.
STEP = 7 / 3

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Run all rounds and check the model."""
    rounds = int(context.run_config["num-server-rounds"])
    model = [np.zeros((2, 3), np.float32), np.zeros(2, np.float64)]
    strategy = FedAvg(
        min_fit_clients=3,
        min_evaluate_clients=3,
        min_available_clients=3,
        initial_parameters=ndarrays_to_parameters(model),
        evaluate_metrics_aggregation_fn=lambda each: {"typescript": sum(m["typescript"] for _, m in each)},
    )
    state = LegacyContext(context=context, config=ServerConfig(num_rounds=rounds), strategy=strategy)
    secure = SecAggPlusWorkflow(num_shares=3, reconstruction_threshold=2, max_weight=100)
    DefaultWorkflow(fit_workflow=secure)(grid, state)

    trained = parameters_to_ndarrays(arrayrecord_to_parameters(state.state.array_records[MAIN_PARAMS_RECORD], True))
    for before, after in zip(model, trained, strict=True):
        assert after.shape == before.shape
        # What is added is cut to integers on its way.
        assert np.allclose(after, rounds * STEP, atol=1e-3), after
    [*_, (_, count)] = state.history.metrics_distributed["typescript"]
    print(f"The sum is right; {count:.0f} of 3 nodes were TypeScript")
