import { runSimulationTask } from "../../core/simulation/simulation_task.ts";
import { serverProcess } from "./serverapp.ts";

/** `flwr-simulation`: runs one ServerApp task together with all its SuperNodes. */
export const simulation = serverProcess({
  summary: "Run one simulation task. A SuperExec starts this; nobody needs to type it.",
  run: (task) => runSimulationTask({ ...task, cpus: navigator.hardwareConcurrency }),
});
