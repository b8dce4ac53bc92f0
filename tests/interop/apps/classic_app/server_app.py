"""What leads the run: the server API from before messages, then secure aggregation over it."""

import numpy as np
from flwr.app import Context
from flwr.common import parameters_to_ndarrays
from flwr.server import LegacyContext, ServerApp, ServerAppComponents, ServerConfig
from flwr.server.strategy import FedAvg
from flwr.server.workflow import DefaultWorkflow, SecAggPlusWorkflow
from flwr.serverapp import Grid

ROUNDS = 2

app = ServerApp()


class Watched(FedAvg):
    """Keeps what each round came to."""

    def __init__(self, nodes: int) -> None:
        def config(round_number: int) -> dict:
            return {"round": round_number}

        super().__init__(
            min_fit_clients=nodes,
            min_evaluate_clients=nodes,
            min_available_clients=nodes,
            on_evaluate_config_fn=config,
        )
        self.models: list[list[np.ndarray]] = []

    def aggregate_fit(self, server_round, results, failures):
        """Remember."""
        assert not failures, failures
        parameters, metrics = super().aggregate_fit(server_round, results, failures)
        self.models.append(parameters_to_ndarrays(parameters))
        return parameters, metrics

    def check(self, nodes: int, tolerance: float) -> None:
        """Each round adds the mean of the partitions."""
        mean = (nodes - 1) / 2
        assert len(self.models) == ROUNDS, self.models
        for round_number, model in enumerate(self.models, start=1):
            assert [array.shape for array in model] == [(10,), (2, 3)]
            for array in model:
                assert np.allclose(array, round_number * mean, atol=tolerance), model


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Run both and look at the models."""
    nodes = context.run_config["num-nodes"]
    config = ServerConfig(num_rounds=ROUNDS)

    plain = Watched(nodes)
    ServerApp(server_fn=lambda _: ServerAppComponents(strategy=plain, config=config))(grid, context)
    plain.check(nodes, 1e-9)
    print("FACT server_fn: the model is right")

    secure = Watched(nodes)
    legacy = LegacyContext(context=context, config=config, strategy=secure)
    workflow = SecAggPlusWorkflow(num_shares=nodes, reconstruction_threshold=nodes - 1, max_weight=100)
    DefaultWorkflow(fit_workflow=workflow)(grid, legacy)
    secure.check(nodes, 1e-2)
    print("FACT SecAgg+: the model is right")
