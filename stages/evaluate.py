"""Measure a trained run on validation and, once, on test.

Run as `python -m stages.evaluate <run>`.
"""

from graphrec.config.content import content_key
from graphrec.config.edge import run_command
from graphrec.config.machine import set_threads
from graphrec.config.params import load_params, select_run
from graphrec.config.paths import Paths
from graphrec.config.settings import check_trained_with, run_settings
from graphrec.data.storage import load_held_out
from graphrec.evaluation.results import (
    as_json,
    evaluate_test,
    evaluate_valid,
    protocol_of,
    risk_of,
    save_json,
    save_users,
)
from graphrec.models.saved import load_model, read_settings
from graphrec.models.smoothness import mean_cosine_by_layer
from graphrec.models.trained import TrainedModel


def main(name: str) -> None:
    params, paths = load_params(), Paths()
    run = select_run(params, name)
    check_trained_with(read_settings(paths.model(name))["params"], run_settings(params, name), name)
    set_threads(params.threads)
    model, graph, data = load_model(paths.model(name))
    test = load_held_out(paths.test(run.dataset), data)
    protocol, risk = protocol_of(params, data), risk_of(run, params)
    trained = TrainedModel(model, graph)
    evaluations = {"test": evaluate_test(trained, data, test, protocol, risk)}
    if run.refit:
        before, its_graph, data = load_model(paths.model(name), validated=True)
        trained = TrainedModel(before, its_graph)
    evaluations["valid"] = evaluate_valid(trained, data, protocol, risk)
    folder = paths.evaluation(name)
    described = {
        "content": content_key(name, paths),
        "mean_cosine": mean_cosine_by_layer(model, graph),
        "refit": run.refit,
    }
    save_json(folder / "evaluation.json", described | as_json(evaluations))
    save_users(folder / "users.npz", evaluations["test"])
    print(f"{name}: test loss {evaluations['test'].values['test_loss']:.4f}")


if __name__ == "__main__":
    run_command("evaluate", main, "run")
