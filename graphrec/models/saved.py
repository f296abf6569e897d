"""A trained model from the folder that its training left, and from nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from graphrec.config.models import HyperParams
from graphrec.config.paths import KNOWN, SETTINGS, VALIDATED_WEIGHTS, WEIGHTS
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset, with_validation
from graphrec.data.storage import load_dataset
from graphrec.filters.fit import Filters
from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.models import Recommender
from graphrec.models.factory import build_model


def load_model(
    folder: Path, validated: bool = False
) -> tuple[Recommender, BipartiteGraph, Dataset]:
    """The model in a folder of `Paths.model`, its graph, and what it knows of users and items.

    Of a refitted run the graph and the training part have the validation interactions, too, unless
    the model is wanted that was `validated`.
    """
    settings = json.loads((folder / SETTINGS).read_text())
    run = RunParams.model_validate(settings["run"])
    data = load_dataset(folder / KNOWN)
    weights = folder / WEIGHTS
    if run.refit and validated:
        weights = folder / VALIDATED_WEIGHTS
    elif run.refit:
        data = with_validation(data)
    options = HyperParams.model_validate(settings["hyperparameters"])
    return *restore(run, options, data, load_file(weights)), data


def restore(
    run: RunParams, settings: HyperParams, data: Dataset, state: Mapping[str, Tensor]
) -> tuple[Recommender, BipartiteGraph]:
    """The model with this `state_dict`, trained on `data`, and its graph."""
    graph = build_graph(data)
    filters = Filters.from_state(state, "filters.") if run.model == "ngcf_final" else None
    model = build_model(run, settings, data, graph, filters, start=False)
    model.load_state_dict(state)
    return model, graph
