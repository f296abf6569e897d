"""Evaluations of validation and test side by side, on disk."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from graphrec.config.sections import Params
from graphrec.data.interactions import HeldOut, TrainingData
from graphrec.evaluation.evaluate import Evaluation, Measurement, Predictor, evaluate_model
from graphrec.evaluation.ranking import Seen
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import Recommender


def predictor_of(model: Recommender, graph: BipartiteGraph) -> Predictor:
    """A trained model, its nodes embedded once, as something to evaluate."""
    model.eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    nodes, every = model(graph), torch.arange(graph.num_items)
    return Predictor(
        predict=lambda user, item: model.predict(nodes, user, item),
        score=lambda user, item: model.score(nodes, user, item),
        score_all=lambda user: model.score_block(nodes, user, every),
    )


def measurement(params: Params, dataset: str) -> Measurement:
    """How `params` wants the measures of a data set taken."""
    return Measurement(
        explicit=dataset == "movielens",
        relevant_target=params.relevant_target(dataset),
        k=params.evaluate.k,
        n_resamples=params.evaluate.n_resamples,
        seed=params.seed,
    )


def evaluate_parts(
    predictor: Predictor,
    data: TrainingData,
    test: HeldOut,
    how: Measurement,
    risk: str | None = None,
    log_error_weight: float = 1.0,
) -> dict[str, Evaluation]:
    """`valid` and `test`; items of the earlier parts are not ranked again."""
    popularity = np.bincount(data.train.item, minlength=data.num_items)
    earlier = {"valid": [data.train], "test": [data.train, data.valid.interactions]}
    return {
        part: evaluate_model(
            predictor,
            held_out,
            Seen(earlier[part], data.num_users),
            popularity,
            how,
            risk,
            log_error_weight,
        )
        for part, held_out in (("valid", data.valid), ("test", test))
    }


def as_json(parts: dict[str, Evaluation]) -> dict[str, Any]:
    """Values of both parts, and the standard standard_errors of the test values."""
    return {
        "valid": parts["valid"].values,
        "test": parts["test"].values,
        "test_standard_error": parts["test"].standard_errors,
    }


def save_json(path: Path, tree: Any) -> None:
    """Write finite numbers only. Raises ValueError on another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tree, indent=2, allow_nan=False, sort_keys=True) + "\n")


def save_users(path: Path, evaluation: Evaluation) -> None:
    """Per-user totals and counts of each measure, for paired tests between runs."""
    arrays = {
        f"{name}/{part}": getattr(sums, part)
        for name, sums in evaluation.users.items()
        for part in ("user", "total", "count")
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)
