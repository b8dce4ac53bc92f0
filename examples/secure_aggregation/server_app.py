"""What leads the run, beside the SuperLink: SecAgg+ around the mean of what the nodes send."""

import numpy as np
from flwr.common import Context, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.compat.common.recorddict_compat import arrayrecord_to_parameters
from flwr.server import Grid, LegacyContext, ServerApp, ServerConfig
from flwr.server.strategy import FedAvg
from flwr.server.workflow import DefaultWorkflow, SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_PARAMS_RECORD

# Named in pyproject.toml.
app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Run all rounds and show the mean."""
    config = context.run_config
    nodes = int(config["min-nodes"])
    strategy = FedAvg(
        min_fit_clients=nodes,
        min_evaluate_clients=nodes,
        min_available_clients=nodes,
        initial_parameters=ndarrays_to_parameters([np.zeros(1)]),
    )
    state = LegacyContext(
        context=context,
        config=ServerConfig(num_rounds=int(config["num-server-rounds"])),
        strategy=strategy,
    )
    secure = SecAggPlusWorkflow(
        num_shares=int(config["num-shares"]),
        reconstruction_threshold=int(config["reconstruction-threshold"]),
        # The most readings that a node may have: what is masked are integers of a fixed size.
        max_weight=1000,
    )
    DefaultWorkflow(fit_workflow=secure)(grid, state)

    model = state.state.array_records[MAIN_PARAMS_RECORD]
    (mean,) = parameters_to_ndarrays(arrayrecord_to_parameters(model, keep_input=True))
    print(f"The mean of all readings is {mean[0]:.4f}")
