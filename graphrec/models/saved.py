"""A trained model from the folder that its training left, and from nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import NotRequired

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from graphrec.config.content import file_digest
from graphrec.config.errors import FileError
from graphrec.config.json_file import Settings, read_json
from graphrec.config.models import HyperParams
from graphrec.config.paths import KNOWN, SETTINGS, VALIDATED_WEIGHTS, WEIGHTS
from graphrec.config.training import RunParams
from graphrec.data.checks import expect
from graphrec.data.dataset import Dataset, with_validation
from graphrec.data.errors import DataError
from graphrec.data.storage import load_dataset
from graphrec.filters.checks import check_filters
from graphrec.filters.fit import Filters
from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.models import Recommender
from graphrec.models.factory import build_model

AGAIN = ": run train again"


class ModelSettings(Settings):
    """What train leaves of a run in its model folder."""

    run: RunParams
    hyperparameters: HyperParams
    files: NotRequired[dict[str, str]]
    """SHA-256 of weights and data; folders of older versions have none."""


def read_settings(folder: Path) -> ModelSettings:
    """What a model was trained with. Raises FileError where that is missing or damaged."""
    return read_json(folder / SETTINGS, ModelSettings)


def load_model(
    folder: Path, validated: bool = False
) -> tuple[Recommender, BipartiteGraph, Dataset]:
    """The model in a folder of `Paths.model`, its graph, and what it knows of users and items.

    Of a refitted run the graph and the training part have the validation interactions, too, unless
    the model is wanted that was `validated`. Raises FileError, which names the file and the tensor,
    where something is missing, damaged or of another run.
    """
    settings = read_settings(folder)
    run, data = settings["run"], load_dataset(folder / KNOWN)
    weights = folder / WEIGHTS
    if run.refit and validated:
        weights = folder / VALIDATED_WEIGHTS
    elif run.refit:
        data = with_validation(data)
    state = read_tensors(weights)
    try:
        model, graph = restore(run, settings["hyperparameters"], data, state)
    except DataError as error:
        raise FileError(f"{weights}: {error}{AGAIN}") from error
    for path in (weights, folder / KNOWN):
        wanted = settings.get("files", {}).get(path.name)
        if wanted and file_digest(path) != wanted:
            raise FileError(f"expected {path} as training left it, got another file{AGAIN}")
    return model, graph, data


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, all of them finite. Raises FileError otherwise."""
    try:
        state = load_file(path)
    except FileNotFoundError as error:
        raise FileError(f"expected {path}, got none{AGAIN}") from error
    except (SafetensorError, ValueError, KeyError) as error:
        raise FileError(
            f"expected a whole file of tensors in {path}, got {error}{AGAIN}"
        ) from error
    for name, tensor in state.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise FileError(f"expected finite numbers in {name} of {path}, got others{AGAIN}")
    return state


def restore(
    run: RunParams, settings: HyperParams, data: Dataset, state: Mapping[str, Tensor]
) -> tuple[Recommender, BipartiteGraph]:
    """The model with this `state_dict`, trained on `data`, and its graph.

    Raises DataError, which names the tensor, where the state is another model's.
    """
    graph, filters = build_graph(data), None
    if run.model == "ngcf_final":
        check_filters(state, data.num_users, data.num_items)
        filters = Filters.from_state(state, "filters.")
    model = build_model(run, settings, data, graph, filters, start=False)
    _check_state(state, model.state_dict())
    model.load_state_dict(state)
    return model, graph


def _check_state(state: Mapping[str, Tensor], fresh: Mapping[str, Tensor]) -> None:
    for name, wanted in fresh.items():
        expect(name in state, f"the tensor {name}", "none")
        tensor = state[name]
        expect(tensor.dtype == wanted.dtype, f"{wanted.dtype} in {name}", tensor.dtype)
        expect(
            tensor.shape == wanted.shape,
            f"the shape {tuple(wanted.shape)} of {name}",
            tuple(tensor.shape),
        )
        # What starts as something and is nothing now, nobody has trained.
        zeroed = wanted.ndim > 1 and bool(wanted.any()) and not tensor.any()
        expect(not zeroed, f"trained weights in {name}", "zeros alone")
    expect({*state} <= {*fresh}, "no other tensors", ", ".join(sorted({*state} - {*fresh})))
